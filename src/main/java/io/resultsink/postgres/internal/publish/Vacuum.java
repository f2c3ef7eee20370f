package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * VACUUM, which runs outside of a transaction and so without the sink's settings. Its own options
 * and the driver limit its waits.
 */
final class Vacuum {

  private static final Logger LOG = LoggerFactory.getLogger(Vacuum.class);

  private static final int MAINTAIN_SINCE = 17;

  /** The time for which the pipeline's end may wait for other users of the table. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Retry PAUSES = Retry.every(Duration.ofMillis(150));

  /** The time that the vacuum itself may take. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private Vacuum() {}

  /** Without the privilege, VACUUM skips the table with a warning only. */
  static boolean isPermitted(Session session, TableName table) throws SQLException {
    String maintain =
        session.serverVersion() >= MAINTAIN_SINCE
            ? " OR has_table_privilege(c.oid, 'MAINTAIN')"
            : "";
    String sql =
        "SELECT pg_has_role(c.relowner, 'USAGE')"
            + maintain
            + " FROM pg_class c WHERE c.oid = ?::regclass";
    return session.find(sql, row -> row.getBoolean(1), table.quoted()).orElse(false);
  }

  /**
   * Frees the space of deleted rows within the table, so that the next truncate does not grow it.
   * The end of the file is not cut (TRUNCATE false), because that takes ACCESS EXCLUSIVE, which
   * readers feel. The wait for the table's lock is brief, because autovacuum comes later anyway.
   */
  static void reclaim(Session session, TableName table) throws SQLException {
    String sql = "VACUUM (ANALYZE, TRUNCATE false, SKIP_LOCKED) " + table.quoted();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!run(session, sql, LONGEST)) {
      if (System.nanoTime() > deadline) {
        LOG.warn("{} is in use and was not vacuumed; autovacuum will do it", table);
        return;
      }
      PAUSES.pause(1);
    }
  }

  /**
   * Freezes rows that every current snapshot sees. Skips a table whose lock is taken. A page that a
   * reader holds, or the role's time limits, end the vacuum, and the session may be lost then.
   *
   * @param limit how long it may take
   */
  static void freeze(Session session, TableName table, Duration limit) throws SQLException {
    run(session, "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) " + table.quoted(), limit);
  }

  /**
   * Runs the statement.
   *
   * @return false if it skipped a locked table, with a warning
   */
  private static boolean run(Session session, String sql, Duration limit) throws SQLException {
    Connection connection = session.connection();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(Math.toIntExact(limit.toSeconds()));
      statement.execute(sql);
      for (SQLWarning said = statement.getWarnings(); said != null; said = said.getNextWarning()) {
        if (SqlState.LOCK_NOT_AVAILABLE.equals(said.getSQLState())) {
          return false;
        }
      }
      return true;
    } catch (SQLException e) {
      if (SqlState.isSessionLost(e)) {
        session.discard();
      }
      throw e;
    } finally {
      if (!connection.isClosed()) {
        connection.setAutoCommit(false);
      }
    }
  }
}
