package io.resultsink.pipelines.schedule;

import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * One run of a schedule.
 *
 * @param id the key of its row
 * @param tick the scheduled time
 * @param repetition 0 for the tick itself, then 1 more for each requested repetition
 * @param failures how many attempts failed
 * @param startedAt the start of the newest attempt
 * @param rows how many were published; null if that is not known
 * @param rejected how many did not fit the table; null if that is not known
 * @param error the error of the newest attempt in one line, or why the run was skipped
 */
@Internal
public record Run(
    long id,
    Instant tick,
    int repetition,
    RunState state,
    int failures,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Long rows,
    @Nullable Long rejected,
    @Nullable String error) {

  /** Returns its run id for the sink. */
  public String runId(Schedule schedule) {
    return schedule.key() + " " + tick + (repetition == 0 ? "" : " again " + repetition);
  }
}
