package io.resultsink.postgres.testing;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;
import java.util.List;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** The runners that fit in one process. */
public enum Runners {
  /** With its checks that elements are not changed and can be encoded. */
  DIRECT {
    @Override
    public PipelineOptions options() {
      PipelineOptions options = PipelineOptionsFactory.create();
      options.setRunner(DirectRunner.class);
      return options;
    }
  },
  /** The classic runner on a Flink cluster in this process, batch mode. */
  FLINK {
    @Override
    public PipelineOptions options() {
      FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
      options.setRunner(FlinkRunner.class);
      options.setFlinkMaster("[local]");
      options.setParallelism(2);
      // Everything is on the class path of the only process.
      options.setFilesToStage(List.of());
      return options;
    }
  };

  /** Options to build a pipeline with, each time new ones. */
  public abstract PipelineOptions options();

  /** An empty pipeline for this runner. */
  public Pipeline pipeline() {
    return Pipeline.create(options());
  }

  /** Runs to the end; throws what the pipeline failed with. */
  public static PipelineResult run(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
    PipelineResult.State state = result.waitUntilFinish();
    if (state != PipelineResult.State.DONE) {
      throw new AssertionError("the pipeline ended as " + state);
    }
    return result;
  }

  /** Publishes rows in a pipeline of their own. */
  public ResultSummary publish(PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    return publish(pipeline(), rows, sink);
  }

  /** Publishes rows in an empty pipeline of the caller's. */
  public static ResultSummary publish(
      Pipeline pipeline, PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    return publish(pipeline, rows, sink, () -> {});
  }

  /** As above, with something to do before the pipeline runs. */
  static ResultSummary publish(
      Pipeline pipeline,
      PTransform<PBegin, PCollection<Row>> rows,
      PostgresResultSink sink,
      Runnable before) {
    Captured<ResultSummary> summaries = new Captured<>(ResultSummary.class);
    pipeline.apply("Rows", rows).apply("Publish", sink).apply("Capture", ParDo.of(summaries.fn()));
    before.run();
    run(pipeline);
    assertThat("one summary per publish", summaries.elements(), hasSize(1));
    return summaries.elements().get(0);
  }

  /** What publishing these rows fails with, while the pipeline is built or when it runs. */
  public ResultSinkException failure(
      PTransform<PBegin, PCollection<Row>> rows, PostgresResultSink sink) {
    ResultSummary summary;
    try {
      summary = publish(rows, sink);
    } catch (RuntimeException | Error e) {
      return Failures.rootSinkFailure(e);
    }
    throw new AssertionError("published, and should have failed: " + summary);
  }
}
