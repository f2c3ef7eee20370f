package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.schemas.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;

/**
 * A session that executes one query, in one read-only transaction.
 *
 * <p>Only the user's query is parsed and executed under the role's search path, as in psql; other
 * statements run under an empty one. Times are UTC and ISO. All settings end with the transaction,
 * so that none stays in a pooler's session.
 */
final class ReadingSession implements AutoCloseable {

  private static final int TRANSACTION_TIMEOUT_SINCE = 17;

  /** The settings by which the server writes values as text. */
  private static final Map<String, String> FORMS =
      new TreeMap<>(
          Map.of(
              "TimeZone", "UTC",
              "DateStyle", "ISO, YMD",
              "IntervalStyle", "postgres",
              "bytea_output", "hex",
              "extra_float_digits", "1"));

  private final SingleQuery query;
  private final Session session;
  private final Connection connection;
  private final String searchPath;
  private final Portal portal;

  private ReadingSession(
      SingleQuery query, Session session, String searchPath, @Nullable String time)
      throws SQLException {
    this.query = query;
    this.session = session;
    this.connection = session.connection();
    this.searchPath = searchPath;
    this.portal = new Portal(connection, query.sent(), time);
  }

  /**
   * Connects and begins a transaction.
   *
   * @param schema the schema of bare names; null for the role's own search path
   * @param time the value of {@code SCHEDULED_TIME()}, in ISO 8601
   */
  static ReadingSession open(
      ConnectionSource.Server server, @Nullable String schema, SingleQuery query, String time)
      throws SQLException {
    Session session = PostgresConnections.outsideSession(server);
    try {
      String path = begin(session);
      return new ReadingSession(
          query,
          session,
          schema == null ? path : Identifier.quote(schema),
          query.asksForTime() ? time : null);
    } catch (SQLException | RuntimeException | Error e) {
      session.discard();
      session.close();
      throw e;
    }
  }

  /** Sets the role's search path. */
  private static String begin(Session session) throws SQLException {
    String sql =
        """
        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
        SELECT pg_catalog.current_setting('search_path'),
               pg_catalog.set_config('search_path', 'pg_temp', true);
        SELECT set_config('standard_conforming_strings', 'on', true),
               set_config('idle_in_transaction_session_timeout', '0', true),
               set_config('tcp_keepalives_idle', '60', true),
               set_config('tcp_keepalives_interval', '10', true),
               set_config('tcp_keepalives_count', '6', true),
               set_config('application_name', 'result_sink query', true)
        """;
    for (Map.Entry<String, String> form : FORMS.entrySet()) {
      sql += ", set_config('%s', '%s', true)".formatted(form.getKey(), form.getValue());
    }
    if (session.serverVersion() >= TRANSACTION_TIMEOUT_SINCE) {
      sql += ", set_config('transaction_timeout', '0', true)";
    }
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.execute();
      statement.getMoreResults();
      ResultSet row = statement.getResultSet();
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Returns the columns of the result, without executing the query.
   *
   * @param printed whether the rows are printed
   * @throws QueryException if it returns no rows, or columns that cannot be published
   */
  List<ResultColumn> describe(boolean printed) throws SQLException {
    searchPath(searchPath);
    List<Field> fields = portal.describe();
    searchPath("pg_temp");
    if (fields.isEmpty()) {
      throw new QueryException("the query returns no columns, so it has no rows to publish");
    }
    List<String> described = new ArrayList<>();
    List<Boolean> ofTables = new ArrayList<>();
    for (Field field : fields) {
      described.add(field.getColumnLabel());
      ofTables.add(field.getTableOid() != 0);
    }
    List<String> names = ColumnNames.of(query, described, ofTables);
    return ResultTypes.of(connection, fields, names, printed);
  }

  /** Prepares {@link #portal()} for the execution, and checks that the columns have not changed. */
  void prepare(List<ResultColumn> columns) throws SQLException {
    columns.forEach(column -> portal.receive(column.oid(), column.binary()));
    searchPath(searchPath);
  }

  Portal portal() {
    return portal;
  }

  /**
   * Makes sure that the query's own functions have not changed the form of its values. Otherwise
   * the target would read another value than the one that was meant.
   *
   * @throws QueryFailedException naming each setting that is another now
   */
  void requireOwnForms() throws SQLException {
    List<String> changes = new ArrayList<>();
    for (Map.Entry<String, String> form : FORMS.entrySet()) {
      String now =
          session.one(
              "SELECT pg_catalog.current_setting(?)", row -> row.getString(1), form.getKey());
      if (!now.equals(form.getValue())) {
        changes.add("%s from %s to %s".formatted(form.getKey(), form.getValue(), now));
      }
    }
    if (!changes.isEmpty()) {
      throw new QueryFailedException(
          "a function of the query changed %s, by which the server writes values; nothing was published; leave the setting as it is, and write values in another form with to_char"
              .formatted(String.join(", and ", changes)));
    }
  }

  /** Returns another statement of this transaction. */
  Portal statement(String sql) throws SQLException {
    return new Portal(connection, sql, null);
  }

  /** Returns the schema of columns. */
  static Schema schema(List<ResultColumn> columns) {
    return columns.stream().map(ResultColumn::field).collect(Schema.toSchema());
  }

  private void searchPath(String path) throws SQLException {
    session.one(
        "SELECT pg_catalog.set_config('search_path', ?, true)", row -> row.getString(1), path);
  }

  /** Cancels the session's current statement, from any thread. */
  void cancel() throws SQLException {
    connection.unwrap(PGConnection.class).cancelQuery();
  }

  @Override
  public void close() {
    portal.close();
    if (isLost()) {
      session.discard();
    }
    session.close();
  }

  private boolean isLost() {
    try {
      return connection.unwrap(BaseConnection.class).isClosed();
    } catch (SQLException e) {
      return true;
    }
  }
}
