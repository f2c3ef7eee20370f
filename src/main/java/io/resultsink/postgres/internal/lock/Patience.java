package io.resultsink.postgres.internal.lock;

import java.time.Duration;

/**
 * The time that a publish still waits for others' locks: {@code lock_wait}, for all of its locks
 * and all attempts at it together.
 */
public final class Patience {

  private static final Duration LEAST = Duration.ofMillis(1); // zero would be no limit

  private final Duration all;
  private long waitedNanos;

  public Patience(Duration all) {
    this.all = all;
  }

  /** Returns what it was at first. */
  Duration all() {
    return all;
  }

  /** Returns what is left of it, a millisecond at the least. */
  public Duration left() {
    Duration left = all.minusNanos(waitedNanos);
    return left.compareTo(LEAST) > 0 ? left : LEAST;
  }

  public boolean isOver() {
    return waitedNanos > all.toNanos();
  }

  /** Counts a wait that was in vain. */
  void waited(long nanos) {
    waitedNanos += nanos;
  }

  /** Ends it: a wait for all that was left was in vain. */
  public void end() {
    waitedNanos = all.toNanos() + 1;
  }
}
