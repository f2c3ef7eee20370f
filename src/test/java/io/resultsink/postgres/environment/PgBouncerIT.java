package io.resultsink.postgres.environment;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.PgBouncer;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Through PgBouncer in transaction mode, with fewer server sessions than clients. */
@Tag("attack")
class PgBouncerIT {

  private static final int SERVER_SESSIONS = 3;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  private PgBouncer pooler;

  @BeforeEach
  void throughAPooler() {
    assumeTrue(PgBouncer.isInstalled(), "PgBouncer is not installed");
    pooler =
        PgBouncer.start(
            folder,
            database.server(),
            Map.of("default_pool_size", Integer.toString(SERVER_SESSIONS)));
    database.through(pooler);
  }

  @AfterEach
  void close() {
    if (pooler != null) {
      pooler.close();
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void everyModeWorksThroughIt(WriteMode mode) {
    Ranking.create(database, mode).publish();
    TestTable missing = TestTable.missing(database, "Missing");
    Runners.DIRECT.publish(SampleRows.many(100), missing.sink(mode));
    assertThat(missing.difference(SampleRows.COLUMNS, SampleRows.sql(100)), is(empty()));
  }

  /** Those who wait for their turn at a table must leave sessions to the one whose turn it is. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void moreRunsAtOnceThanServerSessionsAllEnd(WriteMode mode) throws Exception {
    TestTable table = TestTable.missing(database, "Shared");
    int runs = publishAtOnce(mode, run -> table);
    assertThat(table.count(), equalTo(mode == WriteMode.APPEND ? 600L * runs : 600L));
  }

  /** Each takes two sessions; those who hold one each must not wait for each other for ever. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE")
  void moreNewTablesAtOnceThanServerSessionsAllEnd(WriteMode mode) throws Exception {
    TestTable table = TestTable.missing(database, "Own");
    int runs = publishAtOnce(mode, run -> new TestTable(database, table.name() + " of run " + run));
    assertThat(
        database.value(
            "SELECT count(*) FROM pg_class WHERE relname LIKE ?", table.name() + " of run %"),
        equalTo(Integer.toString(runs)));
  }

  private int publishAtOnce(WriteMode mode, IntFunction<TestTable> tables) throws Exception {
    int runs = Torture.rounds(5, 9);
    List<CompletableFuture<ResultSummary>> publishes = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(runs);
    for (int run = 0; run < runs; run++) {
      TestTable table = tables.apply(run);
      String asInAnotherJvm = "connectTimeout=" + (10 + run);
      publishes.add(
          CompletableFuture.supplyAsync(
              () -> Runners.DIRECT.publish(SampleRows.many(600), table.sink(mode, asInAnotherJvm)),
              threads));
    }
    for (CompletableFuture<ResultSummary> publish : publishes) {
      publish.get(300, TimeUnit.SECONDS);
    }
    threads.shutdown();
    Torture.tried(runs);
    assertThat(database.ledgerRows(), equalTo((long) runs));
    database.assertNothingStaged();
    return runs;
  }

  /** A setting that outlives its transaction would reach whoever gets the server session next. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void othersFindTheirSettingsUntouchedAfterwards(WriteMode mode) throws SQLException {
    List<Connection> others = new ArrayList<>();
    try {
      List<List<List<String>>> before = settingsOfAll(others);
      Ranking.create(database, mode).publish();
      assertThat(settingsOfAll(others), equalTo(before));
    } finally {
      for (Connection other : others) {
        other.close();
      }
    }
  }

  /** What each server session of the pool shows to a client, all of them busy at once. */
  private List<List<List<String>>> settingsOfAll(List<Connection> clients) throws SQLException {
    while (clients.size() < SERVER_SESSIONS) {
      clients.add(client());
    }
    List<List<List<String>>> settings = new ArrayList<>();
    for (Connection client : clients) {
      client.setAutoCommit(false);
      settings.add(TestDatabase.rows(client, "SELECT name, setting FROM pg_settings ORDER BY 1"));
    }
    for (Connection client : clients) {
      client.rollback();
    }
    return settings;
  }

  private Connection client() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:"
            + pooler.port()
            + "/"
            + database.name()
            + "?ApplicationName=other&assumeMinServerVersion=14&prepareThreshold=0",
        TestingPostgres.SINK,
        TestingPostgres.PASSWORD);
  }
}
