package io.resultsink.pipelines.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;

/** A query whose rows are the numbers from 0 on, each with the number of the execution. */
record Numbers(int count, int failAt) implements PreparedQuery {

  static final Schema SCHEMA = Schema.builder().addInt64Field("n").addInt32Field("run").build();
  static final AtomicInteger EXECUTIONS = new AtomicInteger();
  static final AtomicInteger CLOSED = new AtomicInteger();

  /** Forgets earlier executions. */
  static void reset() {
    EXECUTIONS.set(0);
    CLOSED.set(0);
  }

  @Override
  public Schema schema() {
    return SCHEMA;
  }

  @Override
  public RowCursor open() {
    int run = EXECUTIONS.incrementAndGet();
    return new RowCursor() {
      private int next;
      private boolean cancelled;
      private boolean closed;

      @Override
      public List<Row> next(int rows, long bytes) {
        if (cancelled) {
          throw new QueryFailedException("the query was cancelled");
        }
        if (run == 1 && failAt > 0 && next >= failAt) {
          throw new QueryFailedException("the source failed midway");
        }
        List<Row> block = new ArrayList<>();
        // Small blocks, so that there are many.
        while (next < count && block.size() < Math.min(rows, 100)) {
          block.add(Row.withSchema(SCHEMA).attachValues((long) next++, run));
        }
        return block;
      }

      @Override
      public void cancel() {
        cancelled = true;
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          CLOSED.incrementAndGet();
        }
      }
    };
  }
}
