package io.resultsink.pipelines.schedule;

import java.time.Duration;

/**
 * A process whose clock is not that of the schedules database, and which therefore does not plan.
 */
final class ClockException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Says how far they are apart.
   *
   * @param ahead of the process's clock; negative when it is behind
   */
  ClockException(String home, Duration ahead) {
    super(
        "this machine's clock is %d s %s that of the schedules database %s; this server plans and runs nothing until they agree within %d s. Set the wrong one right, by NTP for example"
            .formatted(
                ahead.abs().toSeconds(),
                ahead.isNegative() ? "behind" : "ahead of",
                home,
                Planner.MOST_APART.toSeconds()));
  }
}
