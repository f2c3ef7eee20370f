package io.resultsink.pipelines.schedule;

import java.time.Duration;

/** A process whose clock differs from that of the schedules database, so that it plans nothing. */
final class ClockException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param ahead how far the process's clock is ahead; negative if it is late
   */
  ClockException(String home, Duration ahead) {
    super(
        "this machine's clock is %d s %s that of the schedules database %s; this process plans and runs nothing until they agree within %d s. Correct the wrong one, by NTP for example"
            .formatted(
                ahead.abs().toSeconds(),
                ahead.isNegative() ? "behind" : "ahead of",
                home,
                Planner.MOST_APART.toSeconds()));
  }
}
