package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.InputMetrics;
import io.resultsink.postgres.internal.metrics.SinkMetrics;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a run by its metrics, in which a repeated bundle counts twice.
 *
 * @param read rows by table
 * @param cut timestamps that lost their microseconds, by table
 */
record RunMetrics(Map<String, Long> read, Map<String, Long> cut, long staged, long chunks) {

  static RunMetrics of(@Nullable MetricQueryResults metrics) {
    Map<String, Long> read = new TreeMap<>();
    Map<String, Long> cut = new TreeMap<>();
    long staged = 0;
    long chunks = 0;
    if (metrics != null) {
      for (MetricResult<Long> counter : metrics.getCounters()) {
        String name = counter.getName().getName();
        long value = counter.getAttempted();
        switch (counter.getName().getNamespace()) {
          case InputMetrics.ROWS_READ -> read.merge(name, value, Long::sum);
          case InputMetrics.TIMESTAMPS_CUT -> cut.merge(name, value, Long::sum);
          case SinkMetrics.NAMESPACE -> {
            staged += name.equals(SinkMetrics.ROWS_STAGED) ? value : 0;
            chunks += name.equals(SinkMetrics.CHUNKS_STAGED) ? value : 0;
          }
          default -> {}
        }
      }
    }
    return new RunMetrics(read, cut, staged, chunks);
  }

  long readInAll() {
    return read.values().stream().mapToLong(Long::longValue).sum();
  }
}
