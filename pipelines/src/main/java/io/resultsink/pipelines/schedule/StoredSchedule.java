package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The row of a schedule, which this program may not be able to read: its time zone may be unknown
 * to this Java, or a later version may have written it.
 *
 * @param cron as it is stored
 * @param zone as it is stored
 * @param schedule what was read; null when it cannot be read
 * @param problem why it cannot be read here, or why a server could not plan it; null for none
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
   * @throws ScheduleException when it cannot be read
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
