package io.resultsink.postgres.internal.publish;

import java.util.concurrent.TimeUnit;

/** The times at which the phases of one attempt at a publish ended. */
final class PublishTimes {

  private final long begin = System.nanoTime();
  private long prepared = begin;
  private long locked = begin;

  /** Notes that the new table is ready, or that none is needed. */
  void prepared() {
    prepared = System.nanoTime();
  }

  /** Notes that the mode's lock is held. */
  void locked() {
    locked = System.nanoTime();
  }

  /** Returns the milliseconds since the attempt began. */
  long elapsedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  long preparingMillis() {
    return TimeUnit.NANOSECONDS.toMillis(prepared - begin);
  }

  long lockMillis() {
    return TimeUnit.NANOSECONDS.toMillis(locked - prepared);
  }

  long publishingMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - locked);
  }
}
