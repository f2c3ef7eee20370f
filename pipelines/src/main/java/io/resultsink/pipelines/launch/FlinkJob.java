package io.resultsink.pipelines.launch;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job that was submitted to Flink without waiting.
 *
 * <p>Beam's result does not have the job's id, nor the reason of its failure. Flink's client, which
 * the result wraps, has both. When a job in this process is done, its Flink has ended, and only the
 * job's result has the metrics.
 */
final class FlinkJob extends Job {

  private static final String DETACHED = "FlinkDetachedRunnerResult";
  private static final String CANCELLED = "JobCancellationException";
  private static final String METRICS = "__metricscontainers";

  private final Object client;
  private final CompletableFuture<?> end;
  private @Nullable MetricQueryResults last;

  FlinkJob(PipelineResult result, Set<String> sources) {
    super(result, sources);
    this.client = Objects.requireNonNull(ReflectiveCall.field(result, "jobClient"));
    this.end =
        (CompletableFuture<?>)
            Objects.requireNonNull(ReflectiveCall.on(client, "getJobExecutionResult"));
  }

  static boolean is(PipelineResult result) {
    return result.getClass().getSimpleName().equals(DETACHED);
  }

  @Override
  boolean await(Duration patience) {
    try {
      end.get(patience.getMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      if (isCancellation(e)) {
        throw new RunException("the job was cancelled", e.getCause());
      }
      throw new IllegalStateException("the job failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunException("interrupted while the job runs");
    }
  }

  private static boolean isCancellation(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause.getClass().getSimpleName().equals(CANCELLED)) {
        return true;
      }
    }
    return false;
  }

  @Override
  @Nullable MetricQueryResults metrics() {
    MetricQueryResults now = end.isDone() ? ofResult() : super.metrics();
    // Beam returns empty metrics if Flink is just ending.
    if (now != null && now.getCounters().iterator().hasNext()) {
      last = now;
    }
    return last;
  }

  private @Nullable MetricQueryResults ofResult() {
    Object result = end.getNow(null);
    if (result == null
        || !(ReflectiveCall.on(result, "getAllAccumulatorResults") instanceof Map<?, ?> all)
        || all.get(METRICS) == null) {
      return null;
    }
    try {
      Class<?> steps = all.get(METRICS).getClass();
      Object metrics =
          steps.getMethod("asAttemptedOnlyMetricResults", steps).invoke(null, all.get(METRICS));
      return ((MetricResults) metrics).queryMetrics(MetricsFilter.builder().build());
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  @Override
  String id() {
    return String.valueOf(ReflectiveCall.on(client, "getJobID"));
  }
}
