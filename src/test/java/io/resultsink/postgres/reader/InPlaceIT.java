package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The staging table of a replace goes live itself when nobody is in the way, and its rows are
 * copied when somebody is: the same table either way, at once.
 */
@Tag("attack")
class InPlaceIT {

  private static final long ROWS = 1_000;

  /** Ids from here on are a zombie's. */
  private static final long ZOMBIE = 900_000;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theStagingTableItselfGoesLive(boolean existing) {
    TestTable table = existing ? table() : TestTable.missing(database, "Live");
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      String staging = stagingOid();
      run.tidy(run.publish(chunks));
      assertPublished(table);
      assertThat("it is the staging table", table.oid(), equalTo(staging));
    }
  }

  /** Who might be in the way. */
  enum InTheWay {
    A_SNAPSHOT_FROM_BEFORE("ISOLATION LEVEL REPEATABLE READ", "SELECT 1"),
    AN_OLD_TRANSACTION_THAT_WRITES("READ WRITE", "CREATE TABLE results.other ()"),
    A_READER_OF_THE_STAGING_TABLE("READ ONLY", "SELECT FROM %s LIMIT 0");

    private final String transaction;
    private final String statement;

    InTheWay(String transaction, String statement) {
      this.transaction = transaction;
      this.statement = statement;
    }

    Connection begin(TestDatabase database, String staging) throws SQLException {
      Connection session = database.superuser();
      session.createStatement().execute("BEGIN TRANSACTION " + transaction);
      session.createStatement().execute(statement.formatted(staging));
      return session;
    }
  }

  @ParameterizedTest
  @EnumSource(InTheWay.class)
  void nobodyIsWaitedForAndTheRowsAreCopied(InTheWay who) throws SQLException {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      run.stage(0, 1); // the staging table is there
      String name = database.stagingTables().get(0);
      Connection session = who.begin(database, name);
      List<StagedChunk> chunks = run.stage(0, ROWS);
      String staging = stagingOid();
      ResultSummary summary = run.publish(chunks);
      assertThat(TestDatabase.rows(session, "SELECT 1"), hasSize(1));
      if (who == InTheWay.A_SNAPSHOT_FROM_BEFORE) {
        assertThat(
            TestDatabase.rows(session, "SELECT count(*) FROM " + table.quoted()),
            equalTo(List.of(List.of(Long.toString(ROWS)))));
      }
      session.close();
      run.tidy(summary);
      assertThat("a copy", table.oid(), not(equalTo(staging)));
      assertPublished(table);
    }
  }

  /** A backup, say, that has begun since the rows were sealed. */
  @ParameterizedTest
  @EnumSource(
      value = FaultPoint.class,
      names = {"SEALED", "FROZEN"})
  void whoReadsTheSealedTableIsNotWaitedFor(FaultPoint since) throws SQLException {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE));
        Connection backup = database.superuser()) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      String staging = stagingOid();
      backup.setAutoCommit(false);
      ResultSummary summary;
      try (Faults faults =
          Faults.at(
              since,
              () ->
                  TestDatabase.rows(
                      backup, "SELECT FROM " + database.stagingTables().get(0) + " LIMIT 0"))) {
        summary = run.publish(chunks);
        assertThat(faults.visits(since), equalTo(1));
      }
      backup.rollback();
      run.tidy(summary);
      assertThat("a copy", table.oid(), not(equalTo(staging)));
      assertPublished(table);
    }
  }

  @Test
  void whatOthersHaveStagedIsLeftBehindAndTheRestGoesLive() {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<StagedChunk> chunks = new ArrayList<>(run.stage(0, ROWS / 2));
      run.stage(ZOMBIE, ZOMBIE + ROWS);
      chunks.addAll(run.stage(ROWS / 2, ROWS));
      List<String> sealed = new ArrayList<>();
      ResultSummary summary;
      try (Faults faults = Faults.at(FaultPoint.SEALED, () -> sealed.add(sealedOid()))) {
        summary = run.publish(chunks);
        assertThat(faults.visits(FaultPoint.SEALED), equalTo(1));
      }
      assertThat("the zombie's rows stay in staging", database.stagingTables(), hasSize(1));
      run.tidy(summary);
      assertThat(List.of(table.oid()), equalTo(sealed));
      assertPublished(table);
    }
  }

  /** The zombie was in the staging table when the run was sealed the first time, too. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPublisherThatDiedIsFollowedByOneThatFindsWhatIsSealed(boolean zombie) {
    for (FaultPoint point :
        List.of(FaultPoint.SEALING, FaultPoint.SEALED, FaultPoint.FROZEN, FaultPoint.COMMITTING)) {
      TestTable table = table();
      try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
        List<StagedChunk> chunks = new ArrayList<>(run.stage(0, ROWS));
        if (zombie) {
          run.stage(ZOMBIE, ZOMBIE + ROWS);
        }
        try (Faults faults = Faults.workerDiesAt(point)) {
          assertThrows(Faults.WorkerDied.class, () -> run.publish(chunks));
          assertThat(faults.visits(point), equalTo(1));
        }
        assertThat(table.count(), equalTo(5L));
        List<String> before = database.column(SEALED_OIDS);
        ResultSummary summary = run.publish(chunks);
        assertThat(summary.alreadyPublished(), is(false));
        run.tidy(summary);
        assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
        assertThat("what was sealed went live", before.isEmpty(), is(point == FaultPoint.SEALING));
        if (!before.isEmpty()) {
          assertThat(List.of(table.oid()), equalTo(before));
        }
        database.assertNothingStaged();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultPoint.class,
      names = {"SEALING", "SEALED", "FROZEN", "STAGING_LOCKED", "COMMITTING"})
  void aSecondPublisherOfTheRunNeverEndsTheFirst(FaultPoint point) throws Exception {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      List<CompletableFuture<ResultSummary>> second = new ArrayList<>();
      ResultSummary first;
      try (Faults faults =
          Faults.at(
              point,
              () -> {
                second.add(supplyAsync(() -> run.publish(chunks)));
                if (point == FaultPoint.SEALED || point == FaultPoint.FROZEN) {
                  second.get(0).get(60, TimeUnit.SECONDS); // it comes first
                } else {
                  // Longer than the patience with those who hold the staging table.
                  assertThrows(
                      TimeoutException.class, () -> second.get(0).get(7, TimeUnit.SECONDS));
                }
              })) {
        first = run.publish(chunks);
        ResultSummary other = second.get(0).get(60, TimeUnit.SECONDS);
        assertThat(first.alreadyPublished(), is(not(other.alreadyPublished())));
        assertThat("one attempt each", faults.visits(FaultPoint.PUBLISHING), equalTo(2));
      }
      run.tidy(first);
      assertPublished(table);
    }
  }

  /** A run that was started again as a whole stages and publishes beside its ghost. */
  @Test
  void aRunThatIsStartedAgainBesideItsSealedGhostPublishesOnce() {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE));
        Steps.Bundle opened = run.bundle()) {
      List<StagedChunk> ghosts = run.stage(0, ROWS);
      opened.process(0, ROWS / 2); // has the staging table, and sends later
      List<ResultSummary> again = new ArrayList<>();
      ResultSummary ghost;
      try (Faults faults =
          Faults.at(
              FaultPoint.SEALED,
              () -> {
                List<StagedChunk> chunks = new ArrayList<>(opened.finish());
                chunks.addAll(run.stage(ROWS / 2, ROWS));
                again.add(run.publish(chunks));
              })) {
        ghost = run.publish(ghosts);
        assertThat(faults.visits(FaultPoint.SEALED), equalTo(2));
      }
      assertThat(again.get(0).alreadyPublished(), is(false));
      assertThat(ghost.alreadyPublished(), is(true));
      run.tidy(ghost);
      assertPublished(table);
    }
  }

  /** A VACUUM has no time limit of its own to set aside the role's. */
  @Test
  void aVacuumThatTheRolesTimeLimitEndsIsDoneWithout() {
    TestTable table = table();
    database.execute(
        "ALTER ROLE sink IN DATABASE " + database.name() + " SET statement_timeout = '1s'");
    try (PostgresProxy network = PostgresProxy.to(database.server())) {
      database.through(network);
      PostgresProxy.Fault slow = network.rewrite("^VACUUM", sql -> "SELECT pg_sleep(60)");
      try (Steps run = new Steps(PostgresTarget.parse(table.url("mode=replace")))) {
        List<StagedChunk> chunks = run.stage(0, ROWS);
        String staging = stagingOid();
        run.tidy(run.publish(chunks));
        assertThat(slow.met(), equalTo(1));
        assertThat("a copy", table.oid(), not(equalTo(staging)));
        assertPublished(table);
      }
    }
  }

  private static final String SEALED_OIDS =
      "SELECT oid FROM pg_class WHERE relname ~ '^result_sink_[0-9a-f]{32}_s[0-9a-f]{8}$'";

  private String sealedOid() {
    return database.value(SEALED_OIDS);
  }

  private String stagingOid() {
    return database.value("SELECT oid FROM pg_class WHERE relname ~ '^result_sink_[0-9a-f]{32}$'");
  }

  private void assertPublished(TestTable table) {
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  private TestTable table() {
    TestTable table = TestTable.create(database, "Live", "id bigint, name text, score float8");
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + table.quoted() + " SELECT -i, 'old', 0 FROM generate_series(1, 5) AS i");
    return table;
  }
}
