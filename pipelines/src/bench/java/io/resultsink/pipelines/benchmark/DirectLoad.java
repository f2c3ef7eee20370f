package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One load of a pool's rows by the sink's steps, called without a runner. */
final class DirectLoad implements AutoCloseable {

  /** Workers, as of the pipelines. */
  static final int WORKERS = 2;

  private final Steps steps;
  private final RowPool pool;

  DirectLoad(String url, RowPool pool) {
    this.steps = new Steps(PostgresTarget.parse(url), pool.shape().schema());
    this.pool = pool;
  }

  Steps steps() {
    return steps;
  }

  /** Stages so many rows, shared among the workers, in bundles of a size. */
  List<StagedChunk> stage(long rows, long bundleRows) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<List<StagedChunk>>> reports = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        long from = rows * worker / WORKERS;
        long to = rows * (worker + 1) / WORKERS;
        reports.add(workers.submit(() -> stage(from, to, bundleRows)));
      }
      List<StagedChunk> chunks = new ArrayList<>();
      for (Future<List<StagedChunk>> report : reports) {
        chunks.addAll(report.get());
      }
      return chunks;
    } finally {
      workers.shutdown();
    }
  }

  private List<StagedChunk> stage(long from, long to, long bundleRows) {
    List<StagedChunk> chunks = new ArrayList<>();
    try (Steps.Bundle bundle = steps.bundle()) {
      Steps.counted(
          () -> {
            for (long row = from; row < to; row++) {
              bundle.process(pool.get(row));
              if ((row - from + 1) % bundleRows == 0) {
                chunks.addAll(bundle.finish());
              }
            }
          });
      chunks.addAll(bundle.finish());
    }
    return chunks;
  }

  ResultSummary publish(List<StagedChunk> chunks) {
    return steps.publish(chunks);
  }

  void tidy(ResultSummary summary) {
    steps.tidy(summary);
  }

  @Override
  public void close() {
    steps.close();
  }
}
