package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.RowCursor;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Tuple;

/** The rows of one execution, fetched from a portal. */
final class PostgresCursor implements RowCursor {

  private static final int FIRST_FETCH = 50;

  /** The most rows per fetch, because rows that suddenly grow are in memory together. */
  private static final int LARGEST_FETCH = 2000;

  private final PostgresQuery query;
  private @Nullable ReadingSession session;
  private List<ResultColumn> columns = List.of();
  private Schema schema = Schema.of();
  private long bytesOfRow;
  private boolean done;
  private boolean cancelled;

  PostgresCursor(PostgresQuery query) {
    this.query = query;
  }

  @Override
  public List<Row> next(int rows, long bytes) {
    List<Row> found = new ArrayList<>(Math.min(rows, LARGEST_FETCH));
    long size = 0;
    try {
      ReadingSession reading = started();
      while (reading != null && !done && found.size() < rows && size < bytes) {
        // A request between two statements ends neither.
        if (isCancelled()) {
          throw cancelled();
        }
        List<Tuple> tuples = reading.portal().next(fetchSize(rows - found.size(), bytes - size));
        for (Tuple tuple : tuples) {
          found.add(row(tuple));
          size += tuple.length();
        }
        if (!tuples.isEmpty()) {
          bytesOfRow = Math.max(1, size / found.size());
        }
        done = reading.portal().isDone();
        if (done) {
          reading.requireOwnForms();
        }
      }
    } catch (SQLException e) {
      throw isCancelled() ? cancelled() : QueryErrors.ofExecution(query.parsed(), e);
    }
    if (done) {
      // The session ends with the last row, because an older snapshot would keep the publish from
      // freezing rows in place.
      close();
    }
    return found;
  }

  private int fetchSize(int rows, long bytes) {
    long wanted = bytesOfRow == 0 ? FIRST_FETCH : Math.max(1, bytes / bytesOfRow);
    return (int) Math.min(Math.min(rows, LARGEST_FETCH), wanted);
  }

  private @Nullable ReadingSession started() throws SQLException {
    ReadingSession reading = session();
    if (reading != null || done) {
      return reading;
    }
    ReadingSession opened = query.connect();
    synchronized (this) {
      session = opened;
    }
    if (isCancelled()) {
      throw cancelled();
    }
    columns = opened.describe(query.printed());
    schema = ReadingSession.schema(columns);
    query.requireSameColumns(schema);
    opened.prepare(columns);
    return opened;
  }

  private Row row(Tuple tuple) {
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      byte[] bytes = tuple.get(i);
      values[i] = bytes == null ? null : columns.get(i).read(bytes);
    }
    return Row.withSchema(query.schema()).attachValues(values);
  }

  @Override
  public void cancel() {
    ReadingSession reading;
    synchronized (this) {
      cancelled = true;
      reading = session;
    }
    if (reading != null) {
      try {
        reading.cancel();
      } catch (SQLException e) {
        // The cancel request may be lost; the closed connection then ends the query at its next
        // rows.
      }
    }
  }

  @Override
  public void close() {
    done = true;
    ReadingSession reading;
    synchronized (this) {
      reading = session;
      session = null;
    }
    if (reading != null) {
      reading.close();
    }
  }

  private synchronized @Nullable ReadingSession session() {
    return session;
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private static QueryFailedException cancelled() {
    return new QueryFailedException("the query was cancelled; nothing was published");
  }
}
