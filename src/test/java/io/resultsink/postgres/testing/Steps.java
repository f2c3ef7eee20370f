package io.resultsink.postgres.testing;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.preflight.CheckTarget;
import io.resultsink.postgres.internal.publish.GiveRejected;
import io.resultsink.postgres.internal.publish.PublishRows;
import io.resultsink.postgres.internal.publish.TidyUp;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.staging.StageRows;
import io.resultsink.postgres.report.ResultSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/**
 * The steps of one load, of {@link SampleRows} unless said otherwise, called as a runner calls
 * them, without a runner: in whatever order, at the same time, twice, or not at all.
 */
public final class Steps implements AutoCloseable {

  private static final MetricsContainer METRICS = new MetricsContainerImpl("steps");

  private final RunPlan plan;
  private final PostgresConnections worker;

  /** Nothing is done yet. */
  public Steps(PostgresTarget target) {
    this(target, SampleRows.SCHEMA);
  }

  /** The steps of a load of other rows. */
  public Steps(PostgresTarget target, Schema schema) {
    plan =
        new RunPlan(
            ConnectionSource.of(target), target, RunIdentity.create(target.runId(), null), schema);
    worker = PostgresConnections.lease(plan.source());
  }

  public RunPlan plan() {
    return plan;
  }

  /** The connections that the steps share. */
  public PostgresConnections connections() {
    return worker;
  }

  /** All of them, one after the other; half of the rows in each of two bundles. */
  public ResultSummary run(long rows) {
    new CheckTarget(plan).process();
    List<StagedChunk> chunks = new ArrayList<>(stage(0, rows / 2));
    chunks.addAll(stage(rows / 2, rows));
    ResultSummary summary = publish(chunks);
    tidy(summary);
    return summary;
  }

  /** A bundle of the rows with these ids, to its end. */
  public List<StagedChunk> stage(long from, long to) {
    try (Bundle bundle = bundle()) {
      bundle.process(from, to);
      return bundle.finish();
    }
  }

  /** A bundle of some rows, to its end. */
  public List<StagedChunk> stage(List<Row> rows) {
    try (Bundle bundle = bundle()) {
      rows.forEach(bundle::process);
      return bundle.finish();
    }
  }

  /** A bundle that has begun. */
  public Bundle bundle() {
    return new Bundle(plan);
  }

  /** Publishes what was reported. */
  public ResultSummary publish(List<StagedChunk> chunks) {
    Received<ResultSummary> summaries = new Received<>();
    counted(() -> new PublishRows(plan).process(chunks, PaneInfo.NO_FIRING, summaries));
    return summaries.elements.get(0);
  }

  /** Gives out the rows that did not fit, once the others are published. */
  public List<Row> rejected(ResultSummary summary) {
    Received<Row> rows = new Received<>();
    new GiveRejected(plan).process(summary, rows);
    return rows.elements;
  }

  /** Tidies up after a publish. */
  public void tidy(ResultSummary summary) {
    new TidyUp(plan).process(summary);
  }

  /** Lets steps count what they do in this thread, as in the container of their runner. */
  public static void counted(Runnable step) {
    MetricsContainer before = MetricsEnvironment.setCurrentContainer(METRICS);
    try {
      step.run();
    } finally {
      MetricsEnvironment.setCurrentContainer(before);
    }
  }

  @Override
  public void close() {
    worker.close();
  }

  /** One call of the staging step for some rows. */
  public static final class Bundle implements AutoCloseable {
    private final StageRows<Row> step;
    private final Received<StagedChunk> chunks = new Received<>();
    private final boolean rejecting;

    private Bundle(RunPlan plan) {
      rejecting = plan.target().rejects() != null;
      step = StageRows.ofRows(plan, row -> row);
      step.lease();
      step.startBundle();
    }

    /** Takes the rows with these ids. */
    public void process(long from, long to) {
      Rejecting.rowBeside(from).filter(row -> rejecting).ifPresent(this::process);
      for (long id = from; id < to; id++) {
        process(SampleRows.row(id));
      }
    }

    /** Takes a row. */
    public void process(Row row) {
      step.process(row, chunks);
    }

    /** Ends the bundle; its reports. The next row begins another one, as in a runner's worker. */
    public List<StagedChunk> finish() {
      counted(() -> step.finishBundle(context()));
      List<StagedChunk> reports = List.copyOf(chunks.elements);
      chunks.elements.clear();
      step.startBundle();
      return reports;
    }

    private DoFn<Row, StagedChunk>.FinishBundleContext context() {
      return step.new FinishBundleContext() {
        @Override
        public PipelineOptions getPipelineOptions() {
          return PipelineOptionsFactory.create();
        }

        @Override
        public void output(StagedChunk chunk, Instant timestamp, BoundedWindow window) {
          chunks.elements.add(chunk);
        }

        @Override
        public <T> void output(
            TupleTag<T> tag, T element, Instant timestamp, BoundedWindow window) {
          throw new UnsupportedOperationException(tag.toString());
        }
      };
    }

    @Override
    public void close() {
      step.release();
    }
  }

  private static final class Received<T> implements DoFn.OutputReceiver<T> {
    private final List<T> elements = new ArrayList<>();

    @Override
    public void output(T element) {
      elements.add(element);
    }

    @Override
    public OutputBuilder<T> builder(T element) {
      throw new UnsupportedOperationException("the sink's steps output elements as they are");
    }
  }
}
