package io.resultsink.postgres.load;

import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.LoadFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of one load wait: made by whoever comes first, written by all workers.
 *
 * <p>The workers agree on nothing but its name. It is created only in a transaction that holds the
 * load's advisory lock and has found the run absent from the ledger, because a late zombie of a
 * published run is "the first" again.
 *
 * @param loadId the load that it is named after
 * @param target what it is for
 * @param columns how rows are written to it and read from it
 * @param createdAt by the server's clock
 */
@Internal
public record StagingTable(
    TableName name, String loadId, ResolvedTarget target, Columns columns, Instant createdAt) {

  private static final String AUTOVACUUM = "autovacuum_enabled";

  /** Its rows are read once; an autovacuum would only be in the way of the publish's lock. */
  static final String STORAGE = " WITH (" + AUTOVACUUM + " = false)";

  /** How long another worker may take to create it. */
  private static final Duration CREATION = Duration.ofMinutes(5);

  /** What came of opening it: the table, or the summary when the run is published already. */
  public record Opened(@Nullable StagingTable staging, @Nullable ResultSummary published) {}

  /**
   * Finds or creates the staging table of a run, in a transaction of its own.
   *
   * @throws io.resultsink.postgres.failure.IncompatibleTableException when the preflight refuses
   */
  public static Opened open(Session session, RunPlan plan) throws SQLException {
    session.begin(CREATION, "prepare " + plan.target().table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    TableName name =
        new TableName(resolved.stagingSchema(), StagingComment.PREFIX + plan.run().stagingKey());
    Ledger ledger = Ledger.in(resolved.stagingSchema());
    if (!exists(session, name)) {
      AdvisoryLock.acquire(session, "staging " + name, CREATION);
    }
    Optional<ResultSummary> published = ledger.find(session, plan.run().runId(), resolved.table());
    if (published.isPresent()) {
      session.rollback();
      return new Opened(null, published.get());
    }
    Preflight.Findings findings = Preflight.run(session, plan.target(), plan.schema()).orRefuse();
    Optional<StagingComment> found = StagingComment.ofTable(session, name);
    StagingTable staging =
        new StagingTable(
            name,
            plan.run().loadId(),
            resolved,
            findings.columns(),
            found.isPresent() ? found.get().createdAt() : session.serverTime());
    if (found.isPresent()) {
      staging.requireSameColumns(found.get());
    } else {
      staging.create(session, plan);
      ledger.createWhenMissing(session, CREATION);
    }
    session.commit();
    return new Opened(staging, null);
  }

  private static boolean exists(Session session, TableName name) throws SQLException {
    return StagingComment.ofTable(session, name).isPresent();
  }

  private void create(Session session, RunPlan plan) throws SQLException {
    String unlogged = plan.target().staging() == StagingDurability.UNLOGGED ? "UNLOGGED " : "";
    session.define(
        "CREATE "
            + unlogged
            + "TABLE "
            + name.quoted()
            + " (\n  "
            + columns.stagedDefinitions()
            + "\n)"
            + STORAGE);
    keepPrivate(session, name, null);
  }

  /** Leaves a table of this load to its owner, and writes down whose it is. */
  void keepPrivate(Session session, TableName table, @Nullable Long copiedBy) throws SQLException {
    revokeDefaultPrivileges(session, table);
    StagingComment comment =
        new StagingComment(loadId, target.table(), createdAt, fingerprint(), copiedBy);
    session.define("COMMENT ON TABLE " + table.quoted() + " IS " + session.literal(comment.json()));
  }

  /**
   * Makes a table of this load, from here on a target, like any other of its schema.
   *
   * @return its name there
   */
  public TableName release(Session session, TableName table) throws SQLException {
    TableName there = new TableName(target.table().schema(), table.table());
    session.define(
        "COMMENT ON TABLE " + table.quoted() + " IS NULL",
        "ALTER TABLE " + table.quoted() + " RESET (" + AUTOVACUUM + ")");
    if (!there.equals(table)) {
      session.define(
          "ALTER TABLE "
              + table.quoted()
              + " SET SCHEMA "
              + Identifier.quote(target.table().schema()));
    }
    return there;
  }

  /** Readers with default privileges on the schema would see rows before they are published. */
  private static void revokeDefaultPrivileges(Session session, TableName table)
      throws SQLException {
    String sql =
        """
        SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END
          FROM pg_class c, aclexplode(c.relacl) AS g
         WHERE c.oid = ?::regclass AND g.grantee <> c.relowner
        """;
    List<String> grantees = new ArrayList<>();
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, table.quoted());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          grantees.add(rows.getString(1)); // regrole quotes where SQL needs it
        }
      }
    }
    if (!grantees.isEmpty()) {
      session.define(
          "REVOKE ALL ON TABLE " + table.quoted() + " FROM " + String.join(", ", grantees));
    }
  }

  /** Binary COPY of one type into another is accepted, as garbage. */
  private void requireSameColumns(StagingComment found) {
    if (!found.columns().equals(fingerprint())) {
      throw new LoadFailedException(
          "the columns of "
              + target
              + " have changed since staging table "
              + name
              + " was created; the target is untouched; run it again",
          Remedy.RETRY,
          null,
          null);
    }
  }

  private String fingerprint() {
    return fingerprint(columns);
  }

  /** Tells columns with another name, type or type modifier apart. */
  private static String fingerprint(Columns columns) {
    return columns.columns().stream()
        .map(column -> column.name() + '\0' + column.type() + '\0' + column.stagedType())
        .collect(Collectors.collectingAndThen(Collectors.joining("\0\0"), StagingComment::digest));
  }

  /** Whether these columns would be staged and published as the ones of this table were. */
  public boolean hasSameColumnsAs(Columns others) {
    return fingerprint().equals(fingerprint(others));
  }

  /** The statement that starts a chunk. */
  String copyIn() {
    return "COPY " + name.quoted() + " (" + columns.names() + ") FROM STDIN (FORMAT binary)";
  }
}
