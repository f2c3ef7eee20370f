package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The row of a schedule. This program may be unable to read it: this Java may lack its time zone,
 * or a later version may have written it.
 *
 * @param cron the stored text
 * @param zone the stored text
 * @param schedule the schedule; null if it cannot be read
 * @param problem why it cannot be read here, or why a serving process could not plan it; null for
 *     none
 */
@Internal
public record StoredSchedule(
    String name,
    String key,
    String cron,
    String zone,
    @Nullable Schedule schedule,
    @Nullable String problem) {

  /**
   * Returns the schedule.
   *
   * @throws ScheduleException if it cannot be read
   */
  Schedule require() {
    if (schedule == null) {
      throw new ScheduleException(
          "schedule '%s' cannot be read here: %s\n  pgresult sched delete %s removes it"
              .formatted(name, problem, name));
    }
    return schedule;
  }
}
