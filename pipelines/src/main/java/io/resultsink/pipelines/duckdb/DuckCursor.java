package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.RowCursor;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The rows of one execution by DuckDB. */
final class DuckCursor implements RowCursor {

  private static final int BYTES_OF_A_VALUE = 8;

  private final DuckQuery query;
  private final DuckType[] types;
  private @Nullable DuckSession session;
  private @Nullable PreparedStatement statement;
  private @Nullable ResultSet result;
  private boolean ended;
  private boolean cancelled;

  DuckCursor(DuckQuery query) {
    this.query = query;
    this.types = query.types();
  }

  @Override
  public List<Row> next(int rows, long bytes) {
    if (ended) {
      return List.of();
    }
    try {
      ResultSet open = result == null ? begin() : result;
      result = open;
      List<Row> block = read(open, rows, bytes);
      if (block.isEmpty()) {
        ended = true;
        query.checkUnchanged();
      }
      return block;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private ResultSet begin() throws SQLException {
    query.checkUnchanged();
    DuckSession opened = query.openSession();
    synchronized (this) {
      session = opened;
    }
    try (PreparedStatement launched = opened.connection().prepareStatement(query.sql())) {
      query.checkColumns(launched.getMetaData());
    }
    PreparedStatement prepared = opened.connection().prepareStatement(query.readable(opened));
    synchronized (this) {
      statement = prepared;
    }
    refuseIfCancelled();
    return prepared.executeQuery();
  }

  private synchronized void refuseIfCancelled() {
    if (cancelled) {
      throw new QueryFailedException("the query was cancelled");
    }
  }

  private List<Row> read(ResultSet from, int rows, long bytes) throws SQLException {
    // After its first row, DuckDB does not end a query on request.
    refuseIfCancelled();
    List<Row> block = new ArrayList<>(Math.min(rows, 1024));
    long size = 0;
    while (block.size() < rows && size < bytes && from.next()) {
      @Nullable Object[] values = new Object[types.length];
      for (int i = 0; i < types.length; i++) {
        Object value = value(from, i);
        values[i] = value;
        if (value instanceof String text) {
          size += text.length();
        } else if (value instanceof byte[] binary) {
          size += binary.length;
        } else {
          size += BYTES_OF_A_VALUE;
        }
      }
      block.add(Row.withSchema(query.schema()).attachValues(Arrays.asList(values)));
    }
    return block;
  }

  private @Nullable Object value(ResultSet from, int field) throws SQLException {
    try {
      Object value = types[field].reader().read(from, field + 1);
      return value != null && from.wasNull() ? null : value;
    } catch (QueryFailedException e) {
      throw new QueryFailedException(
          "a value of column %s cannot be published: %s"
              .formatted(query.schema().getField(field).getName(), e.getMessage()));
    }
  }

  private RuntimeException failed(SQLException failure) {
    synchronized (this) {
      if (cancelled) {
        return new QueryFailedException("the query was cancelled");
      }
    }
    try {
      // Of a file that was cut short meanwhile, DuckDB says that it is broken.
      query.checkUnchanged();
    } catch (QueryFailedException e) {
      return e;
    }
    DuckSession open = session;
    // A failure of planning has its reason; a later one before the first row does not.
    SQLException reason =
        result == null && open != null ? open.reason(query.sql(), failure) : failure;
    if (DuckErrors.isOfPlanning(reason)) {
      return DuckErrors.ofPlanning(reason);
    }
    boolean ofFile = open != null && DuckErrors.mayBeOfFile(reason);
    return DuckErrors.ofRunning(reason, ofFile ? query.broken(Objects.requireNonNull(open)) : null);
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // The execution has ended already.
      }
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    statement = null;
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
