package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.instanceOf;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.fault.FaultyRun;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that has no connection left, ends what takes long, or breaks a deadlock. */
@Tag("attack")
class ServerLimitsIT {

  private static final long TIME_LIMIT_MILLIS = 1_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  static Stream<WriteMode> modesThatLock() {
    return Torture.modes().filter(mode -> mode != WriteMode.APPEND);
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void timeLimitsOfTheRoleEndNoRun(WriteMode mode) {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    limit("statement_timeout", "idle_in_transaction_session_timeout");
    if (serverVersion() >= 17) {
      limit("transaction_timeout");
    }
    Set<FaultPoint> slow =
        Torture.rounds(0, 1) == 0
            ? EnumSet.of(FaultPoint.COPYING, FaultPoint.TARGET_LOCKED)
            : EnumSet.range(FaultPoint.COPYING, FaultPoint.COMMITTING);
    Outcome outcome;
    try (Faults faults = Faults.atEach(slow, () -> Thread.sleep(TIME_LIMIT_MILLIS * 13 / 10))) {
      outcome = run.launch("");
      assertThat("once", faults.visits(FaultPoint.PUBLISHING), equalTo(1));
      assertThat("each once", faults.visits(FaultPoint.COPYING), equalTo(2));
    }
    run.assertHonest(outcome);
    run.assertPublished(outcome);
    run.assertStandsOnceWhenRunAgain();
  }

  @ParameterizedTest
  @Tag("torture")
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void sessionsThatMayNotIdleAreMadeAgain(WriteMode mode) {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    limit("idle_session_timeout");
    Outcome outcome;
    try (Faults faults =
        Faults.atEach(
            EnumSet.of(FaultPoint.CHUNK_COMMITTED, FaultPoint.STAGING_LOCKED),
            () -> Thread.sleep(TIME_LIMIT_MILLIS * 13 / 10))) {
      outcome = run.launch("");
      assertThat(faults.visits(FaultPoint.PUBLISHING), greaterThanOrEqualTo(1));
    }
    run.assertHonest(outcome);
    run.assertPublished(outcome);
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aServerWithoutAFreeConnectionIsAskedAgain(WriteMode mode) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    database.execute("ALTER DATABASE " + database.name() + " CONNECTION LIMIT 2");
    CompletableFuture<Outcome> launched;
    try (Connection one = database.connect(TestingPostgres.SINK);
        Connection other = database.connect(TestingPostgres.SINK)) {
      launched = CompletableFuture.supplyAsync(() -> run.launch(""));
      TestDatabase.rows(one, "SELECT pg_sleep(1)");
      assertThat("it waits", launched.isDone(), equalTo(false));
      assertThat(TestDatabase.rows(other, "SELECT 1").size(), equalTo(1));
    }
    Outcome outcome = launched.get(120, TimeUnit.SECONDS);
    run.assertHonest(outcome);
    run.assertPublished(outcome);
    run.assertStandsOnceWhenRunAgain();
  }

  @Test
  @Tag("torture")
  void aServerThatNeverHasAFreeConnectionIsSaid() {
    FaultyRun run = FaultyRun.intoExisting(database, WriteMode.APPEND);
    database.execute("ALTER DATABASE " + database.name() + " CONNECTION LIMIT 0");
    Outcome outcome = run.launch("");
    assertThat(outcome.sinkFailure(), instanceOf(DatabaseUnavailableException.class));
    assertThat(outcome.sinkFailure().sqlState(), equalTo("53300"));
    assertThat(outcome.sinkFailure().getMessage(), containsString("no connection left"));
    database.execute("ALTER DATABASE " + database.name() + " CONNECTION LIMIT -1");
    run.assertHonest(outcome);
    run.assertStandsOnceWhenRunAgain();
  }

  /** We have written row 3 and want row 500; a user has row 500 and wants row 3. */
  @Test
  void aDeadlockThatPostgresBreaksAtOurCostIsTriedAgain() throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, WriteMode.APPEND);
    String table = run.table().quoted();
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE UNIQUE INDEX ON " + table + " (id)",
        """
        CREATE FUNCTION results.wait_in_the_middle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.id = 400 THEN PERFORM pg_advisory_xact_lock_shared(400); END IF;
          RETURN NEW;
        END $$
        """,
        "CREATE TRIGGER wait_in_the_middle BEFORE INSERT ON "
            + table
            + " FOR EACH ROW EXECUTE FUNCTION results.wait_in_the_middle()");
    try (Connection user = database.superuser();
        Connection gate = database.superuser()) {
      TestDatabase.rows(gate, "SELECT pg_advisory_lock(400)");
      user.setAutoCommit(false);
      user.createStatement().execute("SET LOCAL deadlock_timeout = '5min'"); // ours comes first
      user.createStatement().execute("INSERT INTO " + table + " VALUES (500, 'user', 0)");
      CompletableFuture<Outcome> launched = CompletableFuture.supplyAsync(() -> run.launch(""));
      awaitWaiting("advisory");
      CompletableFuture<Integer> users =
          CompletableFuture.supplyAsync(
              () -> insertOne(user, "INSERT INTO " + table + " VALUES (3, 'user', 0)"));
      awaitWaiting("transactionid");
      TestDatabase.rows(gate, "SELECT pg_advisory_unlock(400)");
      assertThat("the user goes on", users.get(60, TimeUnit.SECONDS), equalTo(1));
      user.rollback();
      Outcome outcome = launched.get(120, TimeUnit.SECONDS);
      run.assertHonest(outcome);
      run.assertPublished(outcome);
    }
    run.assertStandsOnceWhenRunAgain();
  }

  /** We hold the table's definition and want its lock; a user has read it and wants to alter it. */
  @ParameterizedTest
  @MethodSource("modesThatLock")
  void aUsersTransactionThatWantsMoreThanItHasEndsOneWayOrTheOther(WriteMode mode)
      throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    String table = run.table().quoted();
    try (Connection user = database.superuser()) {
      user.setAutoCommit(false);
      user.createStatement()
          .execute(
              "LOCK TABLE "
                  + table
                  + (mode == WriteMode.REPLACE
                      ? " IN ACCESS SHARE MODE"
                      : " IN ROW EXCLUSIVE MODE"));
      CompletableFuture<Outcome> launched =
          CompletableFuture.supplyAsync(() -> run.launch("&lock_wait=3s"));
      awaitWaiting("relation");
      String failed = "";
      try {
        user.createStatement().execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
      } catch (SQLException e) {
        failed = e.getSQLState();
      }
      user.rollback();
      Outcome outcome = launched.get(120, TimeUnit.SECONDS);
      run.assertHonest(outcome);
      if (outcome.failure() == null) {
        assertThat("PostgreSQL ended the user's", failed, equalTo("40P01"));
      } else {
        assertThat(outcome.sinkFailure().getMessage(), containsString("fixture, user postgres"));
      }
    }
    run.assertStandsOnceWhenRunAgain();
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aSessionThatIsEndedWhileItWaitsForALockIsMadeAgain(WriteMode mode) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, mode);
    try (Connection holder = database.superuser()) {
      holder.setAutoCommit(false);
      holder
          .createStatement()
          .execute(
              "LOCK TABLE "
                  + run.table().quoted()
                  + (mode == WriteMode.APPEND ? " IN SHARE MODE" : " IN ROW EXCLUSIVE MODE"));
      CompletableFuture<Outcome> launched = CompletableFuture.supplyAsync(() -> run.launch(""));
      awaitWaiting("relation");
      database.terminateSessions();
      awaitWaiting("relation");
      holder.rollback();
      Outcome outcome = launched.get(120, TimeUnit.SECONDS);
      run.assertHonest(outcome);
      run.assertPublished(outcome);
    }
    run.assertStandsOnceWhenRunAgain();
  }

  private void limit(String... settings) {
    for (String setting : settings) {
      database.execute(
          "ALTER ROLE sink IN DATABASE "
              + database.name()
              + " SET "
              + setting
              + " = "
              + TIME_LIMIT_MILLIS);
    }
  }

  private int serverVersion() {
    return Integer.parseInt(database.value("SHOW server_version_num")) / 10_000;
  }

  private static int insertOne(Connection connection, String sql) {
    try {
      return connection.createStatement().executeUpdate(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitWaiting(String lockType) {
    await()
        .alias("somebody waits for a lock: " + lockType)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                !database
                    .rows(
                        "SELECT FROM pg_locks WHERE NOT granted AND locktype = ?"
                            + " AND pid IN (SELECT pid FROM pg_stat_activity"
                            + " WHERE datname = current_database())",
                        lockType)
                    .isEmpty());
  }
}
