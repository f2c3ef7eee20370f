package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * VACUUM, which runs outside of a transaction and takes no settings there; what it waits for is
 * bounded by its own options and by the driver.
 */
final class Vacuum {

  private static final int MAINTAIN_SINCE = 17;

  private Vacuum() {}

  /** VACUUM skips a table it is not permitted on with no more than a warning. */
  static boolean isPermitted(Session session, TableName table) throws SQLException {
    String maintain =
        session.serverVersion() >= MAINTAIN_SINCE
            ? " OR has_table_privilege(c.oid, 'MAINTAIN')"
            : "";
    String sql =
        "SELECT pg_has_role(c.relowner, 'USAGE')"
            + maintain
            + " FROM pg_class c WHERE c.oid = ?::regclass";
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, table.quoted());
      try (ResultSet answer = statement.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }

  /**
   * Gives the room of deleted rows back to the table, so that the next truncate does not grow it.
   * Without TRUNCATE, which takes ACCESS EXCLUSIVE to cut the table's tail; readers would feel it.
   */
  static void reclaim(Session session, TableName table) throws SQLException {
    run(session, "VACUUM (ANALYZE, TRUNCATE false) " + table.quoted(), Duration.ZERO);
  }

  /**
   * Freezes the rows that no snapshot can miss. A table whose lock is taken is skipped; a page that
   * a reader holds, or the role's own time limits, end it, and the session may be lost then.
   *
   * @param limit how long it may take
   */
  static void freeze(Session session, TableName table, Duration limit) throws SQLException {
    run(session, "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) " + table.quoted(), limit);
  }

  private static void run(Session session, String sql, Duration limit) throws SQLException {
    Connection connection = session.connection();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(Math.toIntExact(limit.toSeconds()));
      statement.execute(sql);
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
