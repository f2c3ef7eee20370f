package io.resultsink.postgres.internal.lock;

import java.time.Duration;

/**
 * The time for which a publish still waits for other sessions' locks: {@code lock_wait}, for all
 * locks and attempts of the publish together.
 */
public final class Patience {

  private static final Duration LEAST = Duration.ofMillis(1); // zero would mean no limit

  private final Duration all;
  private long waitedNanos;

  public Patience(Duration all) {
    this.all = all;
  }

  /** Returns {@code lock_wait}. */
  Duration all() {
    return all;
  }

  /** Returns what is left, at least a millisecond. */
  public Duration left() {
    Duration left = all.minusNanos(waitedNanos);
    return left.compareTo(LEAST) > 0 ? left : LEAST;
  }

  public boolean isOver() {
    return waitedNanos > all.toNanos();
  }

  /** Subtracts a wait that did not get its lock. */
  void waited(long nanos) {
    waitedNanos += nanos;
  }

  /** Ends the patience, after a wait for all that was left. */
  public void end() {
    waitedNanos = all.toNanos() + 1;
  }
}
