package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The abandoned staging tables of a schema.
 *
 * <p>Nothing shows for certain that a run is dead, because a live run may have no session for
 * hours. So the age decides, and a table is dropped only if name, comment and owner show that it is
 * ours. If a live run loses its staging table, its counts differ and it fails, with its target
 * untouched.
 */
@Internal
public final class AbandonedStaging {

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedStaging.class);

  /** The wait for a table's lock. A table that is in use is not dropped. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);

  /** No session should use the table any more, but a busy server may take a while to end one. */
  private static final Duration OWN_LOCK_TIMEOUT = Duration.ofSeconds(3);

  /** A staging table. Its age is the difference of two times of the server's clock. */
  public record Found(TableName name, String loadId, TableName target, Duration age, long bytes) {}

  private final Session session;
  private final String schema;

  /** Creates the view of a schema. Each method uses its own transactions. */
  public AbandonedStaging(Session session, String schema) {
    this.session = session;
    this.schema = schema;
  }

  /** All staging tables of the schema that our role owns, oldest first. */
  public List<Found> find() throws SQLException {
    String sql =
        """
        SELECT c.relname, left(obj_description(c.oid, 'pg_class'), 4000), pg_table_size(c.oid)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relkind = 'r'
           AND c.relname ~ '^result_sink_[0-9a-f]{32}(_[0-9a-f]{8})?(_s[0-9a-f]{8}|_t|_r)?$'
           AND pg_has_role(c.relowner, 'USAGE')
           AND NOT EXISTS ( -- tables beside a staging table go with it
             SELECT FROM pg_class s
              WHERE s.relnamespace = c.relnamespace AND s.relowner = c.relowner
                AND s.relkind = 'r' AND c.relname IN (s.relname || '_t', s.relname || '_r'))
        """;
    session.begin(LOCK_TIMEOUT, "look for abandoned staging tables");
    Instant now = session.serverTime();
    List<Optional<Found>> candidates = session.list(sql, row -> found(row, now), schema);
    session.commit();
    return candidates.stream()
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Found::age).reversed())
        .toList();
  }

  private Optional<Found> found(ResultSet row, Instant now) throws SQLException {
    String name = row.getString(1);
    long bytes = row.getLong(3);
    return Optional.ofNullable(row.getString(2))
        .flatMap(StagingComment::parse)
        .filter(said -> name.startsWith(StagingComment.PREFIX + said.loadId()))
        .map(
            said ->
                new Found(
                    new TableName(schema, name),
                    said.loadId(),
                    said.target(),
                    Duration.between(said.createdAt(), now),
                    bytes));
  }

  /** Drops the staging and sealed tables of a run that has ended. */
  public void dropOwn(RunIdentity run) throws SQLException {
    String own = StagingComment.PREFIX + run.stagingKey();
    for (Found found : find()) {
      String name = found.name().table();
      if (name.equals(own)
          || name.equals(own + StagingTable.TOKENS_MARK)
          || name.equals(own + StagingTable.REJECTED_MARK)
          || name.startsWith(own + SealedTable.MARK)) {
        drop(found.name(), OWN_LOCK_TIMEOUT);
      }
    }
  }

  /** Drops the tables that are older than {@code age}. */
  public void dropOlderThan(Duration age) throws SQLException {
    for (Found old : find()) {
      if (old.age().compareTo(age) > 0) {
        drop(old.name());
      }
    }
  }

  /** Drops one, the tables beside it with it; false when it is in use, or gone. */
  public boolean drop(TableName name) throws SQLException {
    return drop(name, LOCK_TIMEOUT);
  }

  private boolean drop(TableName name, Duration lockTimeout) throws SQLException {
    session.begin(lockTimeout, "drop " + name);
    try {
      if (StagingComment.ofTable(session, name).isEmpty()) {
        session.rollback();
        return false;
      }
      session.define("DROP TABLE " + beside(session, name) + name.quoted());
      session.commit();
      return true;
    } catch (SQLException e) {
      if (SqlState.isSessionLost(e)) {
        throw e;
      }
      LOG.info(
          "{} is left: {}", name, ServerReason.of(e)); // another role's objects may depend on it
      session.rollback();
      return false;
    }
  }

  /** The tables beside a staging table, its tokens first: chunks lock them in this order. */
  private static String beside(Session session, TableName name) throws SQLException {
    String sql =
        """
        SELECT t.oid::regclass || ', '
          FROM pg_class t JOIN pg_class s ON s.relnamespace = t.relnamespace
         WHERE s.oid = ?::regclass AND t.relkind = 'r' AND t.relowner = s.relowner
           AND t.relname IN (s.relname || ?, s.relname || ?)
         ORDER BY t.relname DESC
        """;
    return String.join(
        "",
        session.list(
            sql,
            row -> row.getString(1),
            name.quoted(),
            StagingTable.TOKENS_MARK,
            StagingTable.REJECTED_MARK));
  }
}
