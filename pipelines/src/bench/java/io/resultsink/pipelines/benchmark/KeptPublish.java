package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import java.time.Duration;
import java.util.List;

/** Staging and publishing into a table with three indexes that keeps its definition. */
record KeptPublish(Bench bench, RowPool pool, long rows) implements Contender {

  static final String NAME = "replace with keep=all";

  private static final String TABLE = "indexed_kept";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(long rows) {
    IndexedPublish.prepare(bench, TABLE, pool.shape(), rows);
    bench.tables().settle();
  }

  @Override
  public Duration run(long rows) throws Exception {
    String url = bench.database().url(TABLE + "?mode=replace&keep=all");
    try (DirectLoad load = new DirectLoad(url, pool)) {
      long begin = System.nanoTime();
      List<StagedChunk> chunks = load.stage(rows, rows);
      var summary = load.publish(chunks);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      load.tidy(summary);
      return took;
    }
  }

  @Override
  public void verify(long rows) {
    IndexedPublish.verify(bench, TABLE, pool, WriteMode.REPLACE, rows);
  }
}
