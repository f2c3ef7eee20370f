package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Two sinks in one stage, so that each element goes to both, in many threads; and how many sessions
 * the server saw at the most. Who starves does not come to an end.
 */
final class ManyThreads {

  private static final int THREADS = 64;
  private static final long PATIENCE_MINUTES = 5;
  private static final String FIRST = "first_sink";
  private static final String SECOND = "second_sink";

  private final Bench bench;
  private final RowPool pool = new RowPool(Shape.NARROW);

  private record Reports(List<StagedChunk> first, List<StagedChunk> second) {}

  ManyThreads(Bench bench) {
    this.bench = bench;
  }

  void measure(long rows) throws Exception {
    bench.tables().createEmpty(FIRST, pool.shape());
    bench.tables().createEmpty(SECOND, pool.shape());
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> sessions = CompletableFuture.supplyAsync(() -> most(done));
    long perThread = rows / THREADS;
    try (DirectLoad first = new DirectLoad(bench.database().url(FIRST + "?mode=append"), pool);
        DirectLoad second = new DirectLoad(bench.database().url(SECOND + "?mode=append"), pool)) {
      Reports reports = stage(first, second, perThread);
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(() -> second.tidy(second.publish(reports.second())));
      first.tidy(first.publish(reports.first()));
      other.get();
    } finally {
      done.set(true);
    }
    TableContent expected = pool.content(bench.tables(), perThread).times(THREADS);
    for (String table : List.of(FIRST, SECOND)) {
      expected.requireIn(bench.database(), Tables.qualified(table));
      bench.tables().drop(table);
    }
    int most = sessions.get();
    bench.results().add("connections/most at a time", "sessions", 2 * THREADS * perThread, most);
    bench.note("  connections: at most " + most + " of " + THREADS + " threads and two sinks");
  }

  private Reports stage(DirectLoad first, DirectLoad second, long rows) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Reports>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(threads.submit(() -> stageBoth(first, second, rows)));
      }
      Reports reports = new Reports(new ArrayList<>(), new ArrayList<>());
      for (Future<Reports> one : all) {
        Reports reported = one.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
        reports.first().addAll(reported.first());
        reports.second().addAll(reported.second());
      }
      return reports;
    } finally {
      threads.shutdownNow();
    }
  }

  private Reports stageBoth(DirectLoad first, DirectLoad second, long rows) {
    try (Steps.Bundle one = first.steps().bundle();
        Steps.Bundle other = second.steps().bundle()) {
      Steps.counted(
          () -> {
            for (long row = 0; row < rows; row++) {
              one.process(pool.get(row));
              other.process(pool.get(row));
            }
          });
      return new Reports(one.finish(), other.finish());
    }
  }

  private int most(AtomicBoolean done) {
    String sql =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND backend_type = 'client backend' AND application_name LIKE 'result_sink%'";
    int most = 0;
    try (Connection watcher = bench.database().superuser()) {
      while (!done.get()) {
        most = Math.max(most, Integer.parseInt(TestDatabase.rows(watcher, sql).get(0).get(0)));
        Thread.sleep(5);
      }
      return most;
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException("nobody counts sessions", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return most;
    }
  }
}
