package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Gives the room of deleted rows back to the table, so that the next truncate does not grow it. */
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
   * Vacuums, outside of a transaction as it must be. Without TRUNCATE, which takes ACCESS EXCLUSIVE
   * to cut the table's tail; readers would feel it.
   */
  static void run(Session session, TableName table) throws SQLException {
    Connection connection = session.connection();
    connection.setAutoCommit(true);
    try {
      session.execute("VACUUM (ANALYZE, TRUNCATE false) " + table.quoted());
    } finally {
      connection.setAutoCommit(false);
    }
  }
}
