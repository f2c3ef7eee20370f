package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.OpenCursors;
import java.io.IOException;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** A pipeline that was launched. */
@Internal
public class Job implements Interruption.Stoppable {

  private final PipelineResult result;
  private final Set<String> sources;

  Job(PipelineResult result, Set<String> sources) {
    this.result = result;
    this.sources = sources;
  }

  /** Launches a pipeline. */
  static Job launch(Pipeline pipeline) {
    Set<String> sources = DisplayedIds.sourcesOf(pipeline);
    PipelineResult result = pipeline.run();
    return FlinkJob.is(result) ? new FlinkJob(result, sources) : new Job(result, sources);
  }

  /**
   * Waits for the end, for a limited time.
   *
   * @return whether the pipeline is done
   * @throws RuntimeException if it failed or was cancelled
   */
  boolean await(Duration patience) {
    State state = result.waitUntilFinish(patience);
    if (state == null || !state.isTerminal()) {
      return false;
    }
    if (state == State.DONE) {
      return true;
    }
    throw new RunException("the job ended as " + state + "; its runner says why");
  }

  /** Returns its current counters; null if the runner has none. */
  @Nullable MetricQueryResults metrics() {
    try {
      return result.metrics().queryMetrics(MetricsFilter.builder().build());
    } catch (RuntimeException e) {
      // Metrics are only shown, so a runner without any, or between two states, is not a failure.
      return null;
    }
  }

  /** Returns whether it has ended, according to its runner. */
  final boolean isOver() {
    try {
      return result.getState().isTerminal();
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Ends it, and its queries that engines execute in this process. */
  @Override
  public void cancel() throws IOException {
    // The runner first, so that it does not take the rows that it has for all rows.
    try {
      result.cancel();
    } finally {
      sources.forEach(OpenCursors::cancel);
    }
  }

  /** Returns the runner's id of the job. */
  String id() {
    return String.valueOf(ReflectiveCall.on(result, "getJobId"));
  }
}
