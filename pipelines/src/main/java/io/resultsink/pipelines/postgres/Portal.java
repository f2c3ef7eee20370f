package io.resultsink.pipelines.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.SqlCommand;
import org.postgresql.core.Tuple;

/**
 * One statement of the extended protocol, its text unchanged, and its portal.
 *
 * <p>The statement has a name, because the driver accepts binary rows only of named statements.
 */
final class Portal implements AutoCloseable {

  private final QueryExecutor executor;
  private final Query query;
  private final ParameterList parameters;
  private @Nullable ResultCursor cursor;
  private boolean opened;

  /**
   * Creates a statement for a connection whose transaction has begun.
   *
   * @param time the value of {@code $1}, in ISO 8601; null if the text has none
   */
  Portal(Connection connection, String sql, @Nullable String time) throws SQLException {
    executor = connection.unwrap(BaseConnection.class).getQueryExecutor();
    int[] positions = new int[time == null ? 0 : 1];
    query = executor.wrap(List.of(new NativeQuery(sql, positions, false, SqlCommand.BLANK)));
    parameters = query.createParameterList();
    if (time != null) {
      parameters.setStringParameter(1, time, Oid.TIMESTAMPTZ);
    }
  }

  /** Returns the columns; empty if the statement returns no rows. Executes nothing. */
  List<Field> describe() throws SQLException {
    return run(handler -> execute(handler, 0, QueryExecutor.QUERY_DESCRIBE_ONLY)).fields();
  }

  /** Sets whether the server sends a type's values in binary form or as text. */
  void receive(int oid, boolean binary) {
    if (binary) {
      executor.addBinaryReceiveOid(oid);
    } else {
      executor.removeBinaryReceiveOid(oid);
    }
  }

  /** Returns the next rows; if fewer than requested, they are the last. */
  List<Tuple> next(int rows) throws SQLException {
    if (opened && cursor == null) {
      return List.of();
    }
    Rows found =
        run(
            opened
                ? handler -> executor.fetch(cursor, handler, rows, false)
                : handler -> execute(handler, rows, QueryExecutor.QUERY_FORWARD_CURSOR));
    opened = true;
    cursor = found.cursor();
    return found.tuples();
  }

  /** Returns whether the last row was returned. */
  boolean isDone() {
    return opened && cursor == null;
  }

  /** Closes the statement in the driver; the server learns of it at the end of the transaction. */
  @Override
  public void close() {
    query.close();
  }

  private interface Asking {
    void with(Rows handler) throws SQLException;
  }

  private static Rows run(Asking asking) throws SQLException {
    Rows handler = new Rows();
    asking.with(handler);
    if (handler.getException() != null) {
      throw handler.getException();
    }
    return handler;
  }

  private void execute(Rows handler, int rows, int how) throws SQLException {
    executor.execute(query, parameters, handler, 0, rows, how | QueryExecutor.QUERY_SUPPRESS_BEGIN);
  }

  /** Returns the content of an answer. */
  private static final class Rows extends ResultHandlerBase {

    private List<Field> fields = List.of();
    private List<Tuple> tuples = List.of();
    private @Nullable ResultCursor cursor;

    @Override
    public void handleResultRows(
        Query from, Field[] described, List<Tuple> rows, @Nullable ResultCursor rest) {
      fields = described == null ? List.of() : List.of(described);
      tuples = rows;
      cursor = rest;
    }

    List<Field> fields() {
      return fields;
    }

    List<Tuple> tuples() {
      return tuples;
    }

    @Nullable ResultCursor cursor() {
      return cursor;
    }
  }
}
