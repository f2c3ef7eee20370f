package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who holds a table without a session of his own: a prepared transaction, autovacuum. */
@Tag("torture")
class SessionlessHoldersIT {

  @TempDir static Path folder;

  private static OwnServer server;

  @RegisterExtension final TestDatabase database = new TestDatabase(server.postgres());

  @BeforeAll
  static void start() {
    server =
        OwnServer.start(
            folder, Map.of("max_prepared_transactions", "5", "autovacuum_naptime", "1s"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void leave(TestTable table) {
    table
        .database()
        .execute(
            "BEGIN",
            "INSERT INTO " + table.quoted() + " VALUES (-9999, 'left', 0)",
            "PREPARE TRANSACTION 'left at " + table.name() + "'");
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "APPEND", mode = EnumSource.Mode.EXCLUDE)
  void aPreparedTransactionIsNamedAndOnceItIsGoneTheRunSucceeds(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    leave(ranking.table());
    ResultSinkException failure = ranking.fail("lock_wait=1s");
    assertThat(
        failure.getMessage(),
        containsString("prepared transaction 'left at " + ranking.table().name() + "'"));
    assertThat(failure.getMessage(), containsString("user postgres"));
    database.execute("ROLLBACK PREPARED 'left at " + ranking.table().name() + "'");
    database.dropStaging(database.stagingTables().get(0));
    ranking.publish();
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "APPEND")
  void anAppendDoesNotMindAPreparedTransaction(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    leave(ranking.table());
    ranking.publish("lock_wait=5s");
    database.execute("ROLLBACK PREPARED 'left at " + ranking.table().name() + "'");
  }

  /** It gives way to whoever waits for longer than deadlock_timeout. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void autovacuumGivesWay(WriteMode mode) {
    TestTable table = TestTable.create(database, "Vacuumed", Ranking.DEFINITION);
    database.execute(
        "ALTER TABLE %s SET (autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0,"
                .formatted(table.quoted())
            + " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)",
        "INSERT INTO %s SELECT i, repeat('x', 500), 0 FROM generate_series(-200000, -101) i"
            .formatted(table.quoted()),
        "DELETE FROM " + table.quoted());
    String working =
        "SELECT pid FROM pg_stat_progress_vacuum WHERE relid = '%s'::regclass"
            .formatted(table.quoted());
    await()
        .alias("autovacuum is at the table")
        .atMost(Duration.ofSeconds(90))
        .until(() -> !database.rows(working).isEmpty());
    String worker = database.value(working);
    Runners.DIRECT.publish(SampleRows.many(1000), table.sink(mode, "lock_wait=20s"));
    assertThat(table.count(), equalTo(1000L));
    if (mode != WriteMode.APPEND && mode != WriteMode.REPLACE) {
      assertThat(database.column(working).toString(), not(containsString(worker)));
    }
  }
}
