package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The server process behind a session, so that a lost one can be ended.
 *
 * @param started tells it from a later process with the same pid
 */
record Backend(int pid, String started) {

  /** The session's own; inside of a transaction also behind a pooler. */
  static Backend of(Session session) throws SQLException {
    String sql =
        "SELECT pid, backend_start::text FROM pg_catalog.pg_stat_activity"
            + " WHERE pid = pg_catalog.pg_backend_pid()";
    try (PreparedStatement statement = session.connection().prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Backend(row.getInt(1), row.getString(2));
    }
  }

  /** Ends it when it is still there; a role may end sessions of its own. */
  void terminate(Session session) throws SQLException {
    String sql =
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
            + " WHERE pid = ? AND backend_start::text = ?"
            + " AND usename = current_user AND pid <> pg_catalog.pg_backend_pid()";
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setInt(1, pid);
      statement.setString(2, started);
      statement.executeQuery().close();
    }
  }
}
