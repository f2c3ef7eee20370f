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
public class Job {

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
   * Waits for the end, a while.
   *
   * @return whether the pipeline is done
   * @throws RuntimeException when it failed or was cancelled
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

  /** Its counters as they are now; null when the runner has none to show. */
  @Nullable MetricQueryResults metrics() {
    try {
      return result.metrics().queryMetrics(MetricsFilter.builder().build());
    } catch (RuntimeException e) {
      // Metrics are for the eye only: a runner without any, or between two states, is no failure.
      return null;
    }
  }

  /** Returns whether its runner says that it has ended. */
  final boolean isOver() {
    try {
      return result.getState().isTerminal();
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Ends it, and what engines execute for it in this process. */
  public void cancel() throws IOException {
    // The runner first: it must not take what it still has for the rest of the rows.
    try {
      result.cancel();
    } finally {
      endQueries();
    }
  }

  /** Ends what engines execute for it in this process. */
  final void endQueries() {
    sources.forEach(OpenCursors::cancel);
  }

  /** The runner's name for it. */
  String id() {
    return String.valueOf(ReflectiveCall.on(result, "getJobId"));
  }
}
