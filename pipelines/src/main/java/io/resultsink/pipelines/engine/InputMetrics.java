package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;

/** The names of the counters of a query's input. */
@Internal
public final class InputMetrics {

  /** The rows read; one counter for each table, named after it. */
  public static final String ROWS_READ = "pgresult.rows_read";

  /**
   * The timestamps that lost their microseconds, because Beam SQL has milliseconds; one counter for
   * each table.
   */
  public static final String TIMESTAMPS_CUT = "pgresult.timestamps_cut";

  private InputMetrics() {}

  /** Returns the counter of a table's rows, or of all rows of an engine. */
  public static Counter rowsRead(String table) {
    return Metrics.counter(ROWS_READ, table);
  }

  /** Returns the counter of a table's cut timestamps. */
  public static Counter timestampsCut(String table) {
    return Metrics.counter(TIMESTAMPS_CUT, table);
  }
}
