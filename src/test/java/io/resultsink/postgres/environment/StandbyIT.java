package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.Torture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers on a hot standby see old or new, complete, or are cancelled by PostgreSQL. */
@Tag("torture")
class StandbyIT {

  private static final long ROWS = 5_000;

  /** A reader in the way of the replay, as PostgreSQL calls it when it cancels one. */
  private static final String RECOVERY_CONFLICT = "40001";

  @TempDir static Path folder;

  private static OwnServer primary;
  private static OwnServer standby;

  @RegisterExtension final TestDatabase database = new TestDatabase(primary.postgres());

  @BeforeAll
  static void start() {
    primary = OwnServer.start(folder, Map.of("autovacuum_naptime", "1s"));
    primary.stop();
    standby =
        OwnServer.standbyOf(
            primary,
            folder.resolve("standby"),
            Map.of(
                "primary_conninfo",
                "host=localhost user=postgres port=" + primary.port(),
                "max_standby_streaming_delay",
                "300ms"));
    primary.start();
    standby.start();
  }

  @AfterAll
  static void stop() {
    standby.close();
    primary.close();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void readersSeeOldOrNewCompleteOrAreCancelled(WriteMode mode) throws Exception {
    TestTable table =
        TestTable.create(
            database,
            "Read",
            "id bigint"
                + (mode == WriteMode.APPEND ? "" : " PRIMARY KEY")
                + ", name text, score float8");
    database.execute(
        "INSERT INTO %s SELECT i, 'old', 0 FROM generate_series(0, %d) AS i"
            .formatted(table.quoted(), ROWS - 1));
    awaitReplay();
    int publishes = Torture.rounds(2, 8);
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger cancelled = new AtomicInteger();
    List<CompletableFuture<List<List<List<String>>>>> readers = new ArrayList<>();
    for (String isolation : List.of("READ COMMITTED", "REPEATABLE READ")) {
      for (int thought : List.of(0, 50, 400)) {
        readers.add(
            CompletableFuture.supplyAsync(
                () -> read(table, isolation, thought, stopped, cancelled), StandbyIT::daemon));
      }
    }
    for (int generation = 1; generation <= publishes; generation++) {
      Runners.DIRECT.publish(SampleRows.many(ROWS, generation), table.sink(mode));
    }
    awaitReplay();
    stopped.set(true);
    Set<List<List<String>>> allowed = new HashSet<>();
    for (int newest = 0; newest <= publishes; newest++) {
      allowed.add(complete(mode, newest));
    }
    long read = 0;
    for (CompletableFuture<List<List<List<String>>>> reader : readers) {
      for (List<List<String>> rows : reader.get(60, TimeUnit.SECONDS)) {
        assertThat(rows, is(in(allowed)));
        read++;
      }
    }
    Torture.tried(read + cancelled.get());
    assertThat(read, greaterThan(10L));
    try (Connection reader = reader()) {
      assertThat(TestDatabase.rows(reader, generations(table)), equalTo(complete(mode, publishes)));
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "reader on the standby");
    thread.setDaemon(true);
    thread.start();
  }

  /** Thinks for a while after its snapshot, then reads, over and over. */
  private List<List<List<String>>> read(
      TestTable table,
      String isolation,
      int thought,
      AtomicBoolean stopped,
      AtomicInteger cancelled) {
    List<List<List<String>>> read = new ArrayList<>();
    while (!stopped.get()) {
      try (Connection connection = reader();
          Statement statement = connection.createStatement()) {
        while (!stopped.get()) {
          statement.execute("BEGIN ISOLATION LEVEL " + isolation);
          statement.execute("SELECT count(*) FROM pg_namespace");
          statement.execute("SELECT pg_sleep(" + thought + " / 1000.0)");
          read.add(TestDatabase.rows(connection, generations(table)));
          statement.execute("COMMIT");
        }
      } catch (SQLException e) {
        if (!RECOVERY_CONFLICT.equals(e.getSQLState())) {
          throw new AssertionError("a reader failed", e);
        }
        cancelled.incrementAndGet();
      }
    }
    return read;
  }

  private Connection reader() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:" + standby.port() + "/" + database.name(), "postgres", null);
  }

  private void awaitReplay() {
    String written = database.value("SELECT pg_current_wal_lsn()");
    await()
        .alias("the standby has everything")
        .atMost(Duration.ofSeconds(90))
        .ignoreExceptions()
        .until(
            () -> {
              try (Connection reader = reader()) {
                return TestDatabase.rows(
                        reader, "SELECT pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn")
                    .get(0)
                    .get(0)
                    .equals("t");
              }
            });
  }

  private static String generations(TestTable table) {
    return "SELECT score::int, count(*) FROM " + table.quoted() + " GROUP BY 1 ORDER BY 1";
  }

  private static List<List<String>> complete(WriteMode mode, int newest) {
    List<List<String>> groups = new ArrayList<>();
    for (int generation = mode == WriteMode.APPEND ? 0 : newest;
        generation <= newest;
        generation++) {
      groups.add(List.of(Integer.toString(generation), Long.toString(ROWS)));
    }
    return groups;
  }
}
