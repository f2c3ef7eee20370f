package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.destination.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The server process behind a session, so that a lost one can be ended.
 *
 * <p>Only the role that logged in sees when a session began, and may end it. With {@code ALTER ROLE
 * ... SET role}, that is another role than the current one.
 *
 * @param started the begin of the session, which tells it from a later process with the same pid
 */
public record ServerProcess(int pid, String started) {

  private static final String AS_LOGGED_IN = "SET LOCAL ROLE NONE";

  /**
   * Returns the process of a session. Behind a pooler, this is certain only inside of a
   * transaction.
   */
  public static ServerProcess of(Session session) throws SQLException {
    String sql =
        """
        SAVEPOINT own_role;
        SET LOCAL ROLE NONE;
        SELECT pid, backend_start::text FROM pg_catalog.pg_stat_activity
         WHERE pid = pg_catalog.pg_backend_pid();
        ROLLBACK TO SAVEPOINT own_role;
        RELEASE SAVEPOINT own_role
        """;
    try (Statement statement = session.connection().createStatement()) {
      boolean rows = statement.execute(sql);
      while (!rows) {
        rows = statement.getMoreResults();
      }
      ResultSet row = statement.getResultSet();
      row.next();
      return new ServerProcess(row.getInt(1), row.getString(2));
    }
  }

  /** Ends the process if it still exists; a role may end its own sessions. */
  public void terminate(Session session) throws SQLException {
    String sql =
        """
        SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
         WHERE pid = ? AND backend_start::text = ?
           AND usename = session_user AND pid <> pg_catalog.pg_backend_pid()
        """;
    session.execute(AS_LOGGED_IN); // until the transaction's end
    session.list(sql, row -> row.getBoolean(1), pid, started);
  }

  /** Ends the sessions of our role that may be writing to one of the tables. */
  public static void terminateWriters(Session session, List<TableName> tables) throws SQLException {
    String sql =
        """
        SELECT pg_terminate_backend(l.pid)
          FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'relation' AND l.relation = ANY (?::oid[]) AND l.granted
           AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
                          'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
           AND a.usename = session_user AND l.pid <> pg_backend_pid()
           AND a.datname = current_database()
        """;
    Long[] oids =
        oids(session, tables); // the role that logged in may lack USAGE on the tables' schema
    session.execute("SAVEPOINT own_role");
    session.execute(AS_LOGGED_IN);
    session.list(sql, row -> row.getBoolean(1), (Object) oids);
    session.execute("ROLLBACK TO SAVEPOINT own_role");
    session.execute("RELEASE SAVEPOINT own_role");
  }

  private static Long[] oids(Session session, List<TableName> tables) throws SQLException {
    String[] names = tables.stream().map(TableName::quoted).toArray(String[]::new);
    String sql = "SELECT name::regclass::oid FROM unnest(?::text[]) AS name";
    return session.list(sql, row -> row.getLong(1), (Object) names).toArray(Long[]::new);
  }
}
