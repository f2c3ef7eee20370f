package io.resultsink.postgres.reader;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.fault.FaultyRun;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.Torture;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Others hold what a publish needs: for too long, just long enough, or where it does not matter.
 */
@Tag("attack")
class LockPatienceIT {

  private static final Duration BUSY_MACHINE = Duration.ofMillis(900);
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(100);

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** What each mode must wait for. */
  static Stream<Arguments> modesAndLocks() {
    return Stream.of(
            Arguments.of(WriteMode.REPLACE, "ACCESS SHARE"),
            Arguments.of(WriteMode.APPEND, "SHARE"),
            Arguments.of(WriteMode.TRUNCATE, "ROW SHARE"),
            Arguments.of(WriteMode.UPDATE, "ROW EXCLUSIVE"),
            Arguments.of(WriteMode.REPLACE, "SHARE UPDATE EXCLUSIVE"),
            Arguments.of(WriteMode.UPDATE, "SHARE UPDATE EXCLUSIVE"))
        .limit(Torture.rounds(1, 6));
  }

  @ParameterizedTest
  @MethodSource("modesAndLocks")
  void whoHoldsOnForTooLongIsNamedAndReadersHardlyWait(WriteMode mode, String lock)
      throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    Outcome outcome;
    List<Reading> readings;
    String pid;
    try (Connection holder = holding(run, lock);
        PollingReaders readers = new PollingReaders(database, run.reading())) {
      pid = TestDatabase.rows(holder, "SELECT pg_backend_pid()").get(0).get(0);
      outcome = run.launch("&lock_wait=3s");
      readings = readers.stop();
    }
    ResultSinkException failure = outcome.sinkFailure();
    assertThat(failure, instanceOf(PublishFailedException.class));
    assertThat(failure.getMessage(), containsString("pid " + pid + ", fixture, user postgres"));
    run.assertHonest(outcome);
    assertNobodyWaited(readings);
    run.assertStandsOnceWhenRunAgain();
  }

  @ParameterizedTest
  @MethodSource("modesAndLocks")
  void whoLetsGoInTimeIsWaitedFor(WriteMode mode, String lock) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    List<Reading> readings;
    Outcome outcome;
    try (PollingReaders readers = new PollingReaders(database, run.reading())) {
      try (Connection holder = holding(run, lock)) {
        CompletableFuture<Outcome> launched =
            CompletableFuture.supplyAsync(() -> run.launch("&lock_wait=2min"));
        awaitWaitingFor(run);
        TestDatabase.rows(holder, "SELECT pg_sleep(0.5)");
        assertThat("still waiting", launched.isDone(), equalTo(false));
        holder.rollback();
        outcome = launched.get(120, TimeUnit.SECONDS);
      }
      readings = readers.stop();
    }
    run.assertHonest(outcome);
    run.assertPublished(outcome);
    assertThat(
        outcome.summary().lockMillis() + outcome.summary().preparingMillis(), greaterThan(400L));
    assertNobodyWaited(readings);
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void whoIsQueuedInFrontIsNamedToo(WriteMode mode) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    Outcome outcome;
    try (Connection reader = holding(run, "ACCESS SHARE");
        Connection owner = database.superuser()) {
      owner.setAutoCommit(false);
      String pid = TestDatabase.rows(owner, "SELECT pg_backend_pid()").get(0).get(0);
      CompletableFuture<Void> alter =
          CompletableFuture.runAsync(
              () -> {
                try {
                  owner
                      .createStatement()
                      .execute("LOCK TABLE " + run.table().quoted() + " IN ACCESS EXCLUSIVE MODE");
                } catch (java.sql.SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      awaitWaitingFor(run);
      outcome = run.launch("&lock_wait=1s");
      assertThat(outcome.sinkFailure().getMessage(), containsString("pid " + pid + ", fixture"));
      reader.rollback();
      alter.get(60, TimeUnit.SECONDS);
    }
    run.assertHonest(outcome);
    run.assertStandsOnceWhenRunAgain();
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void whoReadsTheStagingTableHoldsUpNothingButItsRemoval(WriteMode mode) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    try (Connection dump = database.superuser()) {
      dump.setAutoCommit(false);
      Outcome outcome = run.launchAfterStaging(() -> lockStaging(dump));
      run.assertHonest(outcome);
      run.assertPublished(outcome);
      assertThat("in use, and left", database.stagingTables().size(), equalTo(1));
      dump.rollback();
    }
    run.cleanUp();
    run.assertStandsOnceWhenRunAgain();
  }

  private void lockStaging(Connection dump) throws java.sql.SQLException {
    String staging = database.stagingTables().get(0);
    dump.createStatement().execute("LOCK TABLE " + staging + " IN ACCESS SHARE MODE");
  }

  private Connection holding(FaultyRun run, String lock) throws java.sql.SQLException {
    Connection holder = database.superuser();
    holder.setAutoCommit(false);
    holder
        .createStatement()
        .execute("LOCK TABLE " + run.table().quoted() + " IN " + lock + " MODE");
    return holder;
  }

  private void awaitWaitingFor(FaultyRun run) {
    await()
        .alias("a session waits for the table's lock")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                !database
                    .rows(
                        "SELECT FROM pg_locks WHERE NOT granted AND relation = ?::regclass",
                        run.table().quoted())
                    .isEmpty());
  }

  private static void assertNobodyWaited(List<Reading> readings) {
    long longest = readings.stream().mapToLong(Reading::millis).max().orElse(0);
    Torture.longestWait(Duration.ofMillis(longest));
    assertThat("readings", readings.size(), greaterThan(2));
    assertThat(
        "longest wait of a reader", longest, lessThan(LOCK_TIMEOUT.plus(BUSY_MACHINE).toMillis()));
  }
}
