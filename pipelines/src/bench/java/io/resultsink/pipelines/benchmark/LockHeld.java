package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.ReadingSession;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The time for which a replace locks readers out. A session reads over and over, and the server
 * says how long it waited for a lock. The sink's own figure, from the lock to the answer to COMMIT,
 * includes work that the server does after it gave the lock back.
 */
final class LockHeld {

  private static final String TABLE = "locked";
  private static final String REFERENCED = "referenced";

  /** Longer than a publish that nobody is in the way of. */
  private static final Duration HELD = Duration.ofSeconds(2);

  /** A wait is told too short by this at the most; without it the reader takes a processor. */
  private static final long BETWEEN_READS = TimeUnit.MILLISECONDS.toNanos(1);

  /** The things on the table %1$s when its definition is kept; %2$s is one that it references. */
  private static final List<String> PARTS =
      List.of(
          "CREATE INDEX ON %1$s (id)",
          "CREATE INDEX ON %1$s (customer, created)",
          "CREATE INDEX ON %1$s (created) WHERE paid",
          "ALTER TABLE %1$s ADD CHECK (quantity >= 0)",
          "ALTER TABLE %1$s ALTER quantity SET DEFAULT 1",
          "ALTER TABLE %1$s ADD FOREIGN KEY (id) REFERENCES %2$s",
          "CREATE TRIGGER unchanged BEFORE UPDATE ON %1$s FOR EACH ROW"
              + " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
          "CREATE RULE nothing AS ON UPDATE TO %1$s WHERE false DO ALSO NOTHING",
          "CREATE POLICY everybody ON %1$s USING (id >= 0)",
          "CREATE STATISTICS " + Bench.SCHEMA + ".where_from ON country, customer FROM %1$s",
          "CREATE VIEW " + Bench.SCHEMA + ".paid_orders AS SELECT * FROM %1$s WHERE paid");

  private final Bench bench;
  private final String part;
  private final String options;
  private final RowPool pool = new RowPool(Shape.NARROW);

  /** Of replaces with some options, for a part of the results. */
  LockHeld(Bench bench, String part, String options) {
    this.bench = bench;
    this.part = part;
    this.options = options;
  }

  /** Each replace but the first is of a table as large as the new one. */
  void measure(int rounds, String size, long rows) throws Exception {
    bench.tables().createEmpty(TABLE, pool.shape());
    for (int round = 0; round <= rounds; round++) {
      bench.tables().settle();
      replace(round, size, rows);
      pool.content(bench.tables(), rows).requireIn(bench.database(), Tables.qualified(TABLE));
    }
    bench.tables().drop(TABLE);
  }

  /** As above, with eleven things on the table. */
  void measureWithParts(int rounds, String size, long rows) throws Exception {
    String table = Tables.qualified(TABLE);
    String referenced = Tables.qualified(REFERENCED);
    bench.tables().createEmpty(TABLE, pool.shape());
    bench
        .database()
        .executeAs(
            TestingPostgres.SINK,
            "DROP TABLE IF EXISTS " + referenced,
            "CREATE TABLE " + referenced + " (id bigint PRIMARY KEY)",
            "INSERT INTO " + referenced + " SELECT generate_series(0, " + RowPool.SIZE + ")");
    bench
        .database()
        .executeAs(
            TestingPostgres.SINK,
            PARTS.stream().map(sql -> sql.formatted(table, referenced)).toArray(String[]::new));
    for (int round = 0; round <= rounds; round++) {
      bench.tables().settle();
      replace(round, size, rows);
      pool.content(bench.tables(), rows).requireIn(bench.database(), table);
    }
    bench.database().execute("DROP TABLE " + table + " CASCADE", "DROP TABLE " + referenced);
  }

  /** As above, while somebody reads a table that it references, in a transaction of two seconds. */
  void measureBesideReaderOfReferenced(int rounds, String size, long rows) throws Exception {
    bench.tables().createEmpty(TABLE, pool.shape());
    bench
        .database()
        .execute(
            "DROP TABLE IF EXISTS " + Tables.qualified(REFERENCED),
            "CREATE TABLE " + Tables.qualified(REFERENCED) + " (id bigint PRIMARY KEY)");
    for (int round = 0; round <= rounds; round++) {
      bench
          .database()
          .execute(
              "ALTER TABLE "
                  + Tables.qualified(TABLE)
                  + " ADD FOREIGN KEY (id) REFERENCES "
                  + Tables.qualified(REFERENCED)
                  + " NOT VALID");
      try (Connection holder = bench.database().superuser();
          Statement statement = holder.createStatement()) {
        holder.setAutoCommit(false);
        statement.execute("SELECT FROM " + Tables.qualified(REFERENCED));
        CompletableFuture<Void> held =
            CompletableFuture.runAsync(
                () -> {
                  LockSupport.parkNanos(HELD.toNanos());
                  rollback(holder);
                });
        replace(round, size, rows);
        held.get();
      }
    }
    bench.tables().drop(TABLE);
    bench.tables().drop(REFERENCED);
  }

  private static void rollback(Connection holder) {
    try {
      holder.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void replace(int round, String size, long rows) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Duration> waited = CompletableFuture.supplyAsync(() -> read(done));
    ResultSummary summary;
    try (DirectLoad load = new DirectLoad(bench.database().url(TABLE + options), pool)) {
      summary = load.publish(load.stage(rows, rows));
      load.tidy(summary);
    } finally {
      done.set(true);
    }
    double millis = waited.get().toNanos() / 1e6;
    if (round == 0) {
      return; // the table was empty, and the JVM cold
    }
    bench.results().add(part + "/reader waits, " + size, "ms", rows, millis);
    bench.results().add(part + "/until COMMIT, " + size, "ms", rows, summary.publishingMillis());
    bench.note(
        String.format(
            Locale.ROOT,
            "  %-44s round %d %,14d rows %9.1f ms, %d ms until COMMIT",
            part + "/" + size,
            round,
            rows,
            millis,
            summary.publishingMillis()));
  }

  private Duration read(AtomicBoolean done) {
    String sql = "SELECT id FROM " + Tables.qualified(TABLE) + " LIMIT 1";
    try (ReadingSession reader = ReadingSession.ofSuperuser(bench.database())) {
      while (!done.get()) {
        reader.rows(sql);
        LockSupport.parkNanos(BETWEEN_READS);
      }
      return reader.takeLongestWait();
    } catch (SQLException e) {
      throw new IllegalStateException("the reader beside a replace failed", e);
    }
  }
}
