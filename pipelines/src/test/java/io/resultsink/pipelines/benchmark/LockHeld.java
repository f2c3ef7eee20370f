package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.ReadingSession;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a replace locks readers out, by the word of the server: a session reads over and over,
 * and the server says how long it waited for a lock. What the sink says, from the lock to the
 * answer to COMMIT, also has in it what the server removes after it gave the lock back.
 */
final class LockHeld {

  private static final String TABLE = "locked";

  /** A wait is told too short by this at the most; without it the reader takes a processor. */
  private static final long BETWEEN_READS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Bench bench;
  private final RowPool pool = new RowPool(Shape.NARROW);

  LockHeld(Bench bench) {
    this.bench = bench;
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

  private void replace(int round, String size, long rows) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Duration> waited = CompletableFuture.supplyAsync(() -> read(done));
    ResultSummary summary;
    try (DirectLoad load = new DirectLoad(bench.database().url(TABLE + "?mode=replace"), pool)) {
      summary = load.publish(load.stage(rows, rows));
      load.tidy(summary);
    } finally {
      done.set(true);
    }
    double millis = waited.get().toNanos() / 1e6;
    if (round == 0) {
      return; // the table was empty, and the JVM cold
    }
    bench.results().add("lock/reader waits, " + size, "ms", rows, millis);
    bench.results().add("lock/until COMMIT, " + size, "ms", rows, summary.publishingMillis());
    bench.note(
        String.format(
            Locale.ROOT,
            "  lock/%-39s round %d %,14d rows %9.1f ms, %d ms until COMMIT",
            size,
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
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException("the reader beside a replace failed", e);
    }
  }
}
