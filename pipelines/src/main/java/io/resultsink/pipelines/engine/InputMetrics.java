package io.resultsink.pipelines.engine;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;

/** The names of the counters of what a query reads. */
@Internal
public final class InputMetrics {

  /** Rows read; a counter for each table, named after it. */
  public static final String ROWS_READ = "pgresult.rows_read";

  /** Timestamps that lost their microseconds, which Beam SQL does not have; one for each table. */
  public static final String TIMESTAMPS_CUT = "pgresult.timestamps_cut";

  private InputMetrics() {}

  /** The counter of the rows of a table, or of all that an engine reads. */
  public static Counter rowsRead(String table) {
    return Metrics.counter(ROWS_READ, table);
  }

  /** The counter of a table's cut timestamps. */
  public static Counter timestampsCut(String table) {
    return Metrics.counter(TIMESTAMPS_CUT, table);
  }
}
