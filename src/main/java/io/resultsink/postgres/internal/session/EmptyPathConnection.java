package io.resultsink.postgres.internal.session;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A connection for other libraries' code. Each of its transactions begins with an empty search
 * path, so that a bare name means a function, operator or type of PostgreSQL itself.
 *
 * <p>With auto-commit, each statement is a transaction. It ends with the statement or, if the
 * statement gave rows, when the statement is closed. The setting never outlives a transaction,
 * because behind a transaction pooler it would reach other clients.
 */
final class EmptyPathConnection implements InvocationHandler {

  /**
   * The methods of a connection for which the driver queries the server or begins a transaction.
   */
  private static final Set<String> ASKING = Set.of("setSavepoint", "createArrayOf", "getSchema");

  /**
   * The methods of a statement that do not execute it, but make the driver describe it or look up a
   * type.
   */
  private static final Set<String> DESCRIBING =
      Set.of("getMetaData", "getParameterMetaData", "setObject", "setArray");

  private final Connection connection;
  private final BaseConnection driver;
  private boolean autoCommit = true;
  private boolean begun;

  private EmptyPathConnection(Connection connection) throws SQLException {
    this.connection = connection;
    this.driver = connection.unwrap(BaseConnection.class);
    connection.setAutoCommit(false);
  }

  /** Guards a connection that was just opened and has auto-commit on. */
  static Connection of(Connection connection) throws SQLException {
    return proxy(Connection.class, new EmptyPathConnection(connection));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "equals":
        return proxy == arguments[0];
      case "getAutoCommit":
        return autoCommit;
      case "setAutoCommit":
        setAutoCommit((Boolean) arguments[0]);
        return null;
      case "setSchema":
        throw new SQLFeatureNotSupportedException(
            "these connections have an empty search path; name tables with their schema");
      case "close":
        if (autoCommit) {
          commit();
        }
        break;
      default:
    }
    boolean idle = isIdle();
    begun &= !idle;
    if (ASKING.contains(method.getName())) {
      begin();
    }
    Object answer = call(connection, method, arguments);
    if (answer instanceof Statement statement) {
      return guarded(statement, (Connection) proxy);
    }
    if (answer instanceof DatabaseMetaData about) {
      return proxy(DatabaseMetaData.class, (self, asked, with) -> ask(about, asked, with));
    }
    if (autoCommit && idle && !connection.isClosed()) {
      commit(); // a transaction that the driver may have begun
    }
    return answer;
  }

  private void setAutoCommit(boolean wanted) throws SQLException {
    if (wanted != autoCommit) {
      commit();
      autoCommit = wanted;
    }
  }

  private Object guarded(Statement statement, Connection owner) {
    Class<? extends Statement> type =
        statement instanceof CallableStatement
            ? CallableStatement.class
            : statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
    return proxy(
        type, (self, method, arguments) -> onStatement(statement, owner, method, arguments));
  }

  private Object onStatement(
      Statement statement, Connection owner, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (name.equals("getConnection")) {
      return owner;
    }
    boolean executes = name.startsWith("execute");
    if (executes || DESCRIBING.contains(name)) {
      begin();
    }
    if (!autoCommit) {
      return call(statement, method, arguments);
    }
    if (executes) {
      statement.setFetchSize(0); // fetches all rows at once, as the driver does with auto-commit
    }
    try {
      Object answer = call(statement, method, arguments);
      boolean gaveRows = answer instanceof ResultSet || Boolean.TRUE.equals(answer);
      if (name.equals("close") || (executes && !gaveRows)) {
        commit();
      }
      return answer;
    } catch (SQLException e) {
      if (executes) {
        rollback(e);
      }
      throw e;
    }
  }

  /** Guards the driver's queries of the catalog, which return all rows at once. */
  private Object ask(DatabaseMetaData about, Method method, Object[] arguments) throws Throwable {
    if (method.getReturnType() != ResultSet.class) {
      return call(about, method, arguments);
    }
    boolean idle = isIdle();
    begin();
    Object answer = call(about, method, arguments);
    if (autoCommit && idle) {
      commit();
    }
    return answer;
  }

  /** Empties the search path once in each transaction. */
  private void begin() throws SQLException {
    begun &= !isIdle();
    if (begun || driver.getTransactionState() == TransactionState.FAILED) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.set_config('search_path', '" + Session.CATALOG_ALONE + "', true)");
    }
    begun = true;
  }

  private boolean isIdle() {
    return driver.getTransactionState() == TransactionState.IDLE;
  }

  private void commit() throws SQLException {
    if (!isIdle() && !connection.isClosed()) {
      connection.commit();
    }
  }

  private void rollback(SQLException because) {
    try {
      if (!isIdle() && !connection.isClosed()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private static Object call(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
