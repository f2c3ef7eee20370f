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
 * One session with the server, in which every transaction starts in the same way.
 *
 * <p>Nothing is SET outside of a transaction, because behind a transaction pooler the setting would
 * reach other clients. Each transaction overrides the role's defaults that would break a promise:
 * row security, time limits, and isolation levels that show old rows after a wait.
 *
 * <p>TCP keepalives are set to one minute: a crashed worker keeps its locks for as long.
 */
@Internal
public final class Session implements AutoCloseable {

  /** Only pg_catalog, which comes first without being named. Unnamed, pg_temp would come first. */
  static final String CATALOG_ALONE = "pg_temp";

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final Connection connection;
  private final Runnable onClose;
  private final DriverSettings usual;
  private final PreparedQueries prepared = new PreparedQueries(this);
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

  /** Returns the JDBC connection, for statements inside of the transaction. */
  public Connection connection() {
    return connection;
  }

  /** Returns the COPY interface of this connection. */
  public CopyManager copy() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** Returns the server's major version, such as 18. */
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
   * Begins a transaction as {@link #begin(Duration, String)} does, followed by the caller's
   * statements, and returns its id. All of it takes one round trip, because small chunks do it
   * often. The id alone is not unique for ever: after a crash or a failover the server may give it
   * out again.
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
   * Sets the role's own search path in this transaction, for statements in which the user's
   * triggers run. They look up names there, as they do outside of the sink.
   */
  public void useRoleSearchPath() throws SQLException {
    searchPath(roleSearchPath);
  }

  /**
   * Sets the role's search path as {@link #useRoleSearchPath()} does, with temporary tables last,
   * because other sessions do not find these.
   */
  public void useRoleSearchPathBeforeTemporary() throws SQLException {
    searchPath(beforeTemporary());
  }

  private String beforeTemporary() {
    return roleSearchPath.isEmpty() ? CATALOG_ALONE : roleSearchPath + ", pg_temp";
  }

  /**
   * Executes definitions without expressions under the role's search path, because event triggers
   * run in them and look up names there.
   */
  public void define(String... sql) throws SQLException {
    searchPath("pg_catalog, " + beforeTemporary());
    execute(String.join(";\n", sql));
    useEmptySearchPath();
  }

  /**
   * Executes definitions with expressions under the empty search path. Under the role's path,
   * another role's operator could be a better match than the intended one.
   */
  public void defineExpressions(String... sql) throws SQLException {
    if (sql.length > 0) {
      execute(String.join(";\n", sql));
    }
  }

  /** Sets the empty search path, with which bare names are found in pg_catalog only. */
  public void useEmptySearchPath() throws SQLException {
    searchPath(CATALOG_ALONE);
  }

  private void searchPath(String path) throws SQLException {
    one("SELECT pg_catalog.set_config('search_path', ?, true)", row -> row.getString(1), path);
  }

  /** Executes a statement without parameters, and returns the number of rows it changed. */
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

  /** Gives a query's rows one by one, {@code fetched} at a time from the server; their number. */
  public long each(String sql, int fetched, Jdbc.RowReader reader, @Nullable Object... parameters)
      throws SQLException {
    return noting(() -> Jdbc.each(connection, sql, fetched, reader, parameters));
  }

  /** Executes a statement with parameters, and returns the number of rows it changed. */
  public long update(String sql, @Nullable Object... parameters) throws SQLException {
    return noting(() -> Jdbc.update(connection, sql, parameters));
  }

  /** Prepares a query with its values, for several executions in this transaction. */
  public PreparedQuery prepare(String sql, Object... values) throws SQLException {
    return prepared.add(sql, values);
  }

  /** Returns the time of the server's clock. */
  public Instant serverTime() throws SQLException {
    return one("SELECT pg_catalog.clock_timestamp()", row -> Jdbc.instant(row, "clock_timestamp"));
  }

  /** Returns a text as an SQL literal, for statements that take no parameters. */
  public String literal(String text) throws SQLException {
    return "'" + connection.unwrap(PGConnection.class).escapeLiteral(text) + "'";
  }

  /** Commits. */
  public void commit() throws SQLException {
    prepared.remove();
    noting(() -> Jdbc.commit(connection));
  }

  /** Rolls back what was not committed. */
  public void rollback() throws SQLException {
    if (!prepared.rollBackAndRemove()) {
      noting(() -> Jdbc.rollback(connection));
    }
  }

  /** Marks the connection, so that it is closed instead of given back: its state is not known. */
  public void discard() {
    lost = true;
  }

  /** Returns whether nothing can be done with it any more. */
  boolean isLost() {
    return lost;
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
    lost = lost || !tryRollback();
    try {
      if (lost) {
        connection.abort(Runnable::run);
      } else {
        usual.restore(connection);
      }
      connection.close();
    } catch (SQLException e) {
      // The connection is closed anyway, and the earlier failure is the one that matters.
      LOG.debug("Closing a connection failed", e);
    } finally {
      onClose.run();
    }
  }
}
