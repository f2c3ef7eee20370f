package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.Jdbc.RowMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with the server, in which every transaction starts the same way.
 *
 * <p>Nothing is ever SET outside of a transaction: behind a transaction pooler such a setting would
 * reach other clients. Inside, the role's own defaults are set aside where they would break a
 * promise: an isolation level above READ COMMITTED makes a look after a lock wait stale, row
 * security hides rows from a DELETE without an error, a time limit ends a publish halfway.
 *
 * <p>The server asks after us every minute. By the system's default it takes two hours to miss a
 * machine that is gone, and for so long a run that starts again waits for the locks of its ghost.
 */
@Internal
public final class Session implements AutoCloseable {

  /** pg_catalog comes first unnamed; so would the temporary tables of whoever had a session. */
  static final String CATALOG_ALONE = "pg_temp";

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final Connection connection;
  private final Runnable onClose;
  private final DriverSettings usual;
  private String roleSearchPath = "";
  private boolean lost;

  Session(Connection connection, Runnable onClose) throws SQLException {
    this.connection = connection;
    this.onClose = onClose;
    try {
      connection.setReadOnly(false);
      connection.setAutoCommit(false);
      usual = DriverSettings.setAside(connection);
      FaultPoint.CONNECTED.reached();
    } catch (SQLException | RuntimeException | Error e) {
      connection.abort(Runnable::run);
      throw e;
    }
  }

  /** The JDBC connection, for statements inside the transaction. */
  public Connection connection() {
    return connection;
  }

  /** The COPY protocol of this connection. */
  public CopyManager copy() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** The server's major version, such as 18. */
  public int serverVersion() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion();
  }

  /**
   * Begins a transaction with settings of its own until its end.
   *
   * @param lockTimeout how long one statement waits for a lock; zero for no limit
   * @param activity what pg_stat_activity shows, such as {@code stage shop.top_movies}
   */
  public void begin(Duration lockTimeout, String activity) throws SQLException {
    begin(lockTimeout, activity, "NULL", "");
  }

  /**
   * As {@link #begin(Duration, String)}, for a transaction that is known by its id and begins with
   * statements of its own, which may have one parameter; in the same round trip, since those who
   * write little do it often. The id alone names nothing for ever: after a crash or a failover it
   * may be given out again.
   *
   * @return the transaction's id, pg_current_xact_id()
   */
  public long beginIdentified(Duration lockTimeout, String activity, String first, Object parameter)
      throws SQLException {
    return begin(lockTimeout, activity, "pg_current_xact_id()::text", first, parameter);
  }

  private long begin(Duration lockTimeout, String activity, String id, String first, Object... own)
      throws SQLException {
    String sql = TransactionStart.sql(id, serverVersion()) + ";\n" + first;
    return noting(
        () -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Object parameter : own) {
              statement.setObject(4, parameter);
            }
            statement.setString(1, CATALOG_ALONE);
            statement.setString(2, Long.toString(lockTimeout.toMillis()));
            statement.setString(3, ServerPool.APPLICATION_NAME + " " + activity);
            statement.execute();
            roleSearchPath = next(statement).getString(1);
            return next(statement).getLong(1);
          }
        });
  }

  private static ResultSet next(PreparedStatement statement) throws SQLException {
    statement.getMoreResults();
    ResultSet row = statement.getResultSet();
    row.next();
    return row;
  }

  /**
   * Ends the transaction without a commit.
   *
   * @return false when the connection is lost, and the server may still be at work
   */
  public boolean tryRollback() {
    try {
      rollback();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** Limits how long each later statement of this transaction waits for a lock. */
  public void lockTimeout(Duration timeout) throws SQLException {
    execute("SET LOCAL lock_timeout TO " + timeout.toMillis());
  }

  /**
   * Gives this transaction the role's own search path back, for statements in which the user's
   * triggers run: they find what they find by hand.
   */
  public void useRoleSearchPath() throws SQLException {
    searchPath(roleSearchPath);
  }

  /** As {@link #useRoleSearchPath()}, to look for what other sessions find too. */
  public void useRoleSearchPathBeforeTemporary() throws SQLException {
    searchPath(beforeTemporary());
  }

  private String beforeTemporary() {
    return roleSearchPath.isEmpty() ? CATALOG_ALONE : roleSearchPath + ", pg_temp";
  }

  /**
   * Executes definitions without expressions, in which event triggers run: they find what they find
   * by hand.
   */
  public void define(String... sql) throws SQLException {
    searchPath("pg_catalog, " + beforeTemporary());
    execute(String.join(";\n", sql));
    useEmptySearchPath();
  }

  /**
   * Executes definitions with expressions, which bind to what the empty search path finds: under
   * the role's, an operator of somebody else's may be a better match than the one that was meant.
   */
  public void defineExpressions(String... sql) throws SQLException {
    if (sql.length > 0) {
      execute(String.join(";\n", sql));
    }
  }

  /** Leaves nothing but pg_catalog to be found by a bare name. */
  public void useEmptySearchPath() throws SQLException {
    searchPath(CATALOG_ALONE);
  }

  private void searchPath(String path) throws SQLException {
    one("SELECT pg_catalog.set_config('search_path', ?, true)", row -> row.getString(1), path);
  }

  /** Executes a statement without parameters; the number of rows it changed. */
  public long execute(String sql) throws SQLException {
    return noting(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getLargeUpdateCount();
          }
        });
  }

  /** Returns the only row of a query; see {@link Jdbc} for its parameters. */
  public <T extends @Nullable Object> T one(
      String sql, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
    return noting(() -> Jdbc.one(connection, sql, mapper, parameters));
  }

  /** Returns the first row of a query; absent when it has none. */
  public <T> Optional<T> find(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    return noting(() -> Jdbc.find(connection, sql, mapper, parameters));
  }

  /** Returns all rows of a query, in its order. */
  public <T extends @Nullable Object> List<T> list(
      String sql, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
    return noting(() -> Jdbc.list(connection, sql, mapper, parameters));
  }

  /** Executes a statement with parameters that returns no rows; the number of rows it changed. */
  public long update(String sql, @Nullable Object... parameters) throws SQLException {
    return noting(() -> Jdbc.update(connection, sql, parameters));
  }

  /** Now, by the server's clock. */
  public Instant serverTime() throws SQLException {
    return one("SELECT pg_catalog.clock_timestamp()", row -> Jdbc.instant(row, "clock_timestamp"));
  }

  /** A text as SQL writes it, for statements that take no parameters. */
  public String literal(String text) throws SQLException {
    return "'" + connection.unwrap(PGConnection.class).escapeLiteral(text) + "'";
  }

  /** Commits. */
  public void commit() throws SQLException {
    noting(
        () -> {
          connection.commit();
          return true;
        });
  }

  /** Rolls back what was not committed. */
  public void rollback() throws SQLException {
    noting(
        () -> {
          connection.rollback();
          return true;
        });
  }

  /** Closes the connection for good when it is given back: its state is not known. */
  public void discard() {
    lost = true;
  }

  private interface Call<T extends @Nullable Object> {
    T run() throws SQLException;
  }

  private <T extends @Nullable Object> T noting(Call<T> call) throws SQLException {
    try {
      return call.run();
    } catch (SQLException e) {
      lost |= SqlState.isSessionLost(e);
      throw e;
    }
  }

  /** Rolls back what was not committed and gives the connection back. */
  @Override
  public void close() {
    try {
      if (!lost) {
        connection.rollback();
      }
    } catch (SQLException e) {
      lost = true;
    }
    try {
      if (lost) {
        connection.abort(Runnable::run);
      } else {
        usual.restore(connection);
      }
      connection.close();
    } catch (SQLException e) {
      // The connection was given up anyway; what failed before is the error that matters.
      LOG.debug("Closing a connection failed", e);
    } finally {
      onClose.run();
    }
  }
}
