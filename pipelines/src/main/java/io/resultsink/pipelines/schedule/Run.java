package io.resultsink.pipelines.schedule;

import java.time.Instant;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * One run of a schedule.
 *
 * @param id its row
 * @param tick the scheduled time
 * @param repetition 0 for the tick itself, then counted for each time that it was asked for again
 * @param failures attempts that failed
 * @param startedAt of the newest attempt
 * @param rows how many were published; null when that is not known
 * @param error in one line, of the newest attempt; also why it was skipped
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
    @Nullable String error) {

  /** Returns what the sink knows it by. */
  public String runId(Schedule schedule) {
    return schedule.key() + " " + tick + (repetition == 0 ? "" : " again " + repetition);
  }
}
