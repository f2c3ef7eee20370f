package io.resultsink.postgres.internal.publish;

import java.util.concurrent.TimeUnit;

/** The times at which the phases of one attempt at a publish ended. */
final class PublishTimes {

  private final long begin = System.nanoTime();
  private long prepared = begin;
  private long locked = begin;

  /** The new table is ready, or there is none. */
  void prepared() {
    prepared = System.nanoTime();
  }

  /** The mode's lock is held. */
  void locked() {
    locked = System.nanoTime();
  }

  /** Since the attempt began. */
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
