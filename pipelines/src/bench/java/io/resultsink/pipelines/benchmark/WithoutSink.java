package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.Runners;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.Row;

/** The same pipeline, whose rows go nowhere: what is not the write's. */
final class WithoutSink implements Contender {

  private static final String READ = "read";

  private final BenchRunner runner;
  private final Shape shape;
  private final long rows;
  private final String name;
  private long read;

  WithoutSink(String name, BenchRunner runner, Shape shape, long rows) {
    this.name = name;
    this.runner = runner;
    this.shape = shape;
    this.rows = rows;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public Duration run(long rows) throws Exception {
    return Stopwatch.time(
        () -> {
          Pipeline pipeline = runner.pipeline();
          pipeline
              .apply("Rows", new GeneratedRows(shape, rows))
              .apply("Discard", ParDo.of(new Discard()));
          read = counted(Runners.run(pipeline));
        });
  }

  private static long counted(org.apache.beam.sdk.PipelineResult result) {
    MetricsFilter filter =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.named(Discard.class, READ)).build();
    long sum = 0;
    for (MetricResult<Long> counter : result.metrics().queryMetrics(filter).getCounters()) {
      sum += counter.getAttempted();
    }
    return sum;
  }

  @Override
  public void verify(long rows) {
    if (read != rows) {
      throw new IllegalStateException(name + " made " + read + " rows of " + rows);
    }
  }

  /** RunMetrics by the bundle, to cost nothing that the sink does not. */
  private static final class Discard extends DoFn<Row, Void> {
    private static final Counter READ_ROWS = Metrics.counter(Discard.class, READ);
    private transient long rows;

    @StartBundle
    public void startBundle() {
      rows = 0;
    }

    @ProcessElement
    public void process(@Element Row row) {
      rows += row.getFieldCount() > 0 ? 1 : 0;
    }

    @FinishBundle
    public void finishBundle() {
      READ_ROWS.inc(rows);
    }
  }
}
