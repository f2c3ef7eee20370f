package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.resultsink.postgres.destination.Keep;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An autovacuum that takes minutes gives way to a publish. */
@Tag("torture")
class AutovacuumIT {

  private static final long ROWS = 1_000;

  @TempDir static Path folder;

  private static OwnServer server;

  @RegisterExtension final TestDatabase database = new TestDatabase(server.postgres());

  @BeforeAll
  static void start() {
    server = OwnServer.start(folder, Map.of("fsync", "off", "autovacuum_naptime", "1s"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void givesWay(WriteMode mode) {
    TestTable table =
        TestTable.create(
            database, "Vacuumed", "id bigint PRIMARY KEY, name text, score double precision");
    awaitAutovacuum(table);
    long before = table.count();
    try (Steps steps =
        new Steps(table.target(mode).toBuilder().lockWait(Duration.ofSeconds(20)).build())) {
      ResultSummary summary = steps.publish(steps.stage(0, ROWS));
      assertThat(summary.rows(), equalTo(ROWS));
    }
    boolean kept = mode == WriteMode.APPEND || mode == WriteMode.UPDATE;
    assertThat(table.count(), equalTo(kept ? before + ROWS : ROWS));
  }

  /** Of a table that references the target: the swap wants a lock on it, too. */
  @Test
  void givesWayOnAReferencingTable() {
    TestTable table =
        TestTable.create(
            database, "Referenced", "id bigint PRIMARY KEY, name text, score double precision");
    TestTable child =
        TestTable.create(
            database,
            "Vacuumed",
            "id bigint REFERENCES " + table.quoted() + ", name text, score double precision");
    database.execute(
        "INSERT INTO " + table.quoted() + " SELECT -i FROM generate_series(1, 5000) AS i");
    awaitAutovacuum(child);
    database.execute("UPDATE " + child.quoted() + " SET id = NULL");
    PostgresTarget target =
        table.target(WriteMode.REPLACE).toBuilder()
            .keep(Keep.ALL)
            .lockWait(Duration.ofSeconds(20))
            .build();
    try (Steps steps = new Steps(target)) {
      ResultSummary summary = steps.publish(steps.stage(0, ROWS));
      assertThat(summary.rows(), equalTo(ROWS));
    }
    assertThat(table.count(), equalTo(ROWS));
  }

  /** Fills the table, and waits until an autovacuum is at it that takes minutes. */
  private void awaitAutovacuum(TestTable table) {
    database.execute(
        "INSERT INTO "
            + table.quoted()
            + " SELECT -i, repeat('x', 3000), 0 FROM generate_series(1, 5000) AS i",
        "UPDATE " + table.quoted() + " SET score = 1",
        "ALTER TABLE "
            + table.quoted()
            + " SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
            + " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)");
    await()
        .alias("an autovacuum of the table")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !database
                    .rows(
                        "SELECT FROM pg_stat_progress_vacuum WHERE relid = ?::regclass",
                        table.quoted())
                    .isEmpty());
  }
}
