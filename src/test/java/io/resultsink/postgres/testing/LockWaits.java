package io.resultsink.postgres.testing;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** Waits of publishes, and of the readers that they hold up. */
public final class LockWaits {

  private LockWaits() {}

  /** Awaits that a publish waits for a lock, or is done. */
  public static void awaitWaiting(TestDatabase database, CompletableFuture<?> publish) {
    await(database, publish, "wait_event_type = 'Lock'");
  }

  /** Awaits that a publish sleeps in a trigger, or is done. */
  public static void awaitSleeping(TestDatabase database, CompletableFuture<?> publish) {
    await(database, publish, "wait_event = 'PgSleep'");
  }

  private static void await(TestDatabase database, CompletableFuture<?> publish, String condition) {
    Awaitility.await()
        .alias("a publish with " + condition)
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                publish.isDone()
                    || !database
                        .rows(
                            "SELECT FROM pg_stat_activity WHERE datname = ? AND"
                                + " application_name LIKE 'result_sink publish%' AND "
                                + condition,
                            database.name())
                        .isEmpty());
  }

  /** Stops the readers, none of which may have waited for as long as {@code bearable}. */
  public static void assertBearable(PollingReaders readers, Duration bearable) {
    List<PollingReaders.Reading> readings = readers.stop();
    Duration longest = PollingReaders.longestWait(readings);
    Torture.longestWait(longest);
    assertThat("readings", readings.size(), greaterThan(2));
    assertThat("longest wait of a reader", longest, lessThan(bearable));
  }
}
