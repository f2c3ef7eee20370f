package io.resultsink.pipelines.schedule;

import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The work of a run. */
@Internal
public interface QueryRunner {

  /**
   * Runs the query for a tick, under a run id that publishes once.
   *
   * @return the rows that were published, by this call or an earlier one of the same run id; null
   *     if their number is not known
   * @throws RuntimeException if nothing was published
   */
  @Nullable Published run(
      ScheduledQuery query, Instant tick, String runId, Cancellation cancellation);

  /** Returns the failure in one line, for the record, without secrets. */
  String explain(Throwable failure);
}
