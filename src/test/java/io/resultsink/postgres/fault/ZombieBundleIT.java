package io.resultsink.postgres.fault;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.Steps.Bundle;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bundles that were given up, and go on: whenever they commit, no reader sees a row of theirs. */
@Tag("attack")
class ZombieBundleIT {

  private static final long ROWS = 100;

  /** Ids from here on are a zombie's, so that they show in every mode. */
  private static final long ZOMBIE = 900_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final List<Connection> readers = new ArrayList<>();
  private TestTable table;
  private Steps steps;

  @BeforeEach
  void createTarget() {
    table =
        TestTable.create(
            database, "Target", "id bigint PRIMARY KEY, name text, score double precision");
  }

  @AfterEach
  void close() throws SQLException {
    steps.close();
    for (Connection reader : readers) {
      reader.close();
    }
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aChunkThatCommitsAfterItsTwinWasPublishedIsSeenByNobody(WriteMode mode) throws Exception {
    steps = new Steps(table.target(mode));
    // A replace locks the staging table to seal it; the chunk finds no table of that name then.
    FaultPoint locked = mode == WriteMode.REPLACE ? FaultPoint.SEALING : FaultPoint.STAGING_LOCKED;
    List<StagedChunk> twin = steps.stage(0, ROWS);
    AtomicReference<CompletableFuture<List<StagedChunk>>> zombie = new AtomicReference<>();
    ResultSummary summary;
    try (Faults faults =
        Faults.at(
            locked,
            () -> {
              zombie.set(CompletableFuture.supplyAsync(this::stageZombie));
              awaitWaitingForStaging("RowExclusiveLock");
              readerWithSnapshot();
            })) {
      summary = steps.publish(twin);
      assertThat(faults.visits(locked), equalTo(1));
    }
    assertThat("it committed", zombie.get().get(60, TimeUnit.SECONDS), hasSize(1));
    assertNoZombie(summary);
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aChunkThatIsOpenWhilePublishingWaitsIsLeftBehind(WriteMode mode) throws Exception {
    steps = new Steps(table.target(mode));
    List<StagedChunk> chunks = steps.stage(0, ROWS);
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<List<StagedChunk>> zombie;
    CompletableFuture<ResultSummary> publish;
    try (Faults faults =
        Faults.at(
            FaultPoint.CHUNK_COMMITTING,
            () -> {
              open.countDown();
              goOn.await();
            })) {
      zombie = CompletableFuture.supplyAsync(this::stageZombie);
      open.await();
      publish = CompletableFuture.supplyAsync(() -> steps.publish(chunks));
      try {
        awaitWaitingForStaging("ShareRowExclusiveLock");
        readerWithSnapshot();
      } finally {
        goOn.countDown();
      }
      assertThat(faults.visits(FaultPoint.CHUNK_COMMITTING), equalTo(1));
    }
    assertThat("it committed", zombie.get(60, TimeUnit.SECONDS), hasSize(1));
    assertNoZombie(publish.get(60, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void bundlesThatEndWhenAllIsOverDropTheirRows(WriteMode mode) throws SQLException {
    steps = new Steps(table.target(mode));
    try (Bundle cancelled = steps.bundle();
        Bundle late = steps.bundle()) {
      cancelled.process(ZOMBIE, ZOMBIE + ROWS);
      ResultSummary summary = steps.publish(steps.stage(0, ROWS));
      steps.tidy(summary);
      readerWithSnapshot();
      assertThat("the staging table is gone", cancelled.finish(), is(empty()));
      late.process(ZOMBIE, ZOMBIE + ROWS);
      assertThat("and is not made again", late.finish(), is(empty()));
      assertNoZombie(summary);
    }
    database.assertNothingStaged();
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aCancelledBundleMayEndBeforeThePublish(WriteMode mode) throws SQLException {
    steps = new Steps(table.target(mode));
    try (Bundle cancelled = steps.bundle()) {
      cancelled.process(ZOMBIE, ZOMBIE + ROWS / 2);
      List<StagedChunk> chunks = steps.stage(0, ROWS);
      assertThat("its report reaches nobody", cancelled.finish(), hasSize(1));
      readerWithSnapshot();
      assertNoZombie(steps.publish(chunks));
    }
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aBundleOfARunThatWasCleanedAwayFails(WriteMode mode) {
    steps = new Steps(table.target(mode));
    List<StagedChunk> chunks = steps.stage(0, ROWS);
    try (Bundle late = steps.bundle();
        TargetInspector inspector = TargetInspector.of(table.target(mode))) {
      late.process(ROWS, 2 * ROWS);
      assertThat(inspector.drop(inspector.staging().get(0)), is(true));
      FaultyRun.Outcome staged = FaultyRun.Outcome.of(late::finish);
      assertThat(staged.sinkFailure().sqlState(), equalTo("42P01"));
      FaultyRun.Outcome published = FaultyRun.Outcome.of(() -> steps.publish(chunks));
      assertThat(published.sinkFailure().getMessage().contains("untouched"), is(true));
    }
    assertThat(table.count(), equalTo(0L));
    assertThat(database.ledgerRows(), equalTo(0L));
  }

  private List<StagedChunk> stageZombie() {
    return steps.stage(ZOMBIE, ZOMBIE + ROWS);
  }

  private void awaitWaitingForStaging(String lock) {
    await()
        .alias("a session waits for the staging table's lock")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                !database
                    .rows(
                        """
                        SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                        WHERE NOT l.granted AND l.mode = ? AND c.relname LIKE 'result\\_sink\\_%'
                        """,
                        lock)
                    .isEmpty());
  }

  /** Takes its snapshot now, and looks at the table later. */
  private void readerWithSnapshot() throws SQLException {
    Connection reader = database.superuser();
    readers.add(reader);
    reader.setAutoCommit(false);
    reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    TestDatabase.rows(reader, "SELECT 1");
  }

  private void assertNoZombie(ResultSummary summary) throws SQLException {
    assertThat(summary.rows(), equalTo(ROWS));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    for (Connection reader : readers) {
      assertThat(
          TestDatabase.rows(reader, "SELECT FROM " + table.quoted() + " WHERE id >= " + ZOMBIE),
          is(empty()));
    }
  }
}
