package io.resultsink.postgres.testing;

import io.resultsink.postgres.destination.ConnectionSource;
import io.resultsink.postgres.destination.PostgresConnections;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.load.RunIdentity;
import io.resultsink.postgres.load.RunPlan;
import io.resultsink.postgres.load.StageRows;
import io.resultsink.postgres.load.StagedChunk;
import io.resultsink.postgres.publish.DropStaging;
import io.resultsink.postgres.publish.PublishRows;
import io.resultsink.postgres.report.ResultSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/**
 * A run of the sink without a runner: a test takes its steps, in the order and as often as it
 * likes. Its sessions live until it is closed.
 */
public final class SteppedRun implements AutoCloseable {

  /** Where steps count, as in a runner. */
  private static final MetricsContainer METRICS = new MetricsContainerImpl("stepped");

  private final RunPlan plan;
  private final PostgresConnections connections;

  /** A run into a target, of rows as {@link SampleRows} has them. */
  public SteppedRun(PostgresTarget target) {
    this.plan =
        new RunPlan(
            ConnectionSource.of(target),
            target,
            RunIdentity.create(target.runId(), null),
            SampleRows.SCHEMA);
    this.connections = PostgresConnections.lease(plan.source());
  }

  /** Stages rows as a worker does with a bundle; the reports, for the caller to keep or to lose. */
  public List<StagedChunk> stage(List<Row> rows) {
    StageRows<Row> step = new StageRows<>(plan, row -> row);
    Received<StagedChunk> reports = new Received<>();
    step.lease();
    MetricsContainer before = MetricsEnvironment.setCurrentContainer(METRICS);
    try {
      step.startBundle();
      rows.forEach(row -> step.process(row, reports));
      step.finishBundle(
          step.new FinishBundleContext() {
            @Override
            public PipelineOptions getPipelineOptions() {
              return PipelineOptionsFactory.create();
            }

            @Override
            public void output(StagedChunk chunk, Instant timestamp, BoundedWindow window) {
              reports.output(chunk);
            }

            @Override
            public <T> void output(
                TupleTag<T> tag, T output, Instant timestamp, BoundedWindow window) {
              throw new IllegalStateException("the step has one output");
            }
          });
    } finally {
      MetricsEnvironment.setCurrentContainer(before);
      step.release();
    }
    return reports.elements;
  }

  /** Publishes what was reported. */
  public ResultSummary publish(List<StagedChunk> chunks) {
    Received<ResultSummary> summaries = new Received<>();
    MetricsContainer before = MetricsEnvironment.setCurrentContainer(METRICS);
    try {
      new PublishRows(plan).process(chunks, PaneInfo.NO_FIRING, summaries);
    } finally {
      MetricsEnvironment.setCurrentContainer(before);
    }
    return summaries.elements.get(0);
  }

  /** Tidies up after a publish. */
  public void tidy(ResultSummary summary) {
    new DropStaging(plan).process(summary);
  }

  @Override
  public void close() {
    connections.close();
  }

  /** What a step has given. */
  private static final class Received<T> implements OutputReceiver<T> {
    private final List<T> elements = new ArrayList<>();

    @Override
    public void output(T element) {
      elements.add(element);
    }

    @Override
    public OutputBuilder<T> builder(T element) {
      throw new IllegalStateException("the step gives nothing but elements");
    }
  }
}
