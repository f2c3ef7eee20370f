package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import java.time.Duration;
import java.util.List;

/**
 * Staging and publishing together, into a table with three indexes.
 *
 * @param name the publish as the results name it
 * @param options those of the target
 */
record IndexedLoad(Bench bench, RowPool pool, String name, String options, long rows)
    implements Contender {

  static final String KEEP = "replace with keep=all";
  static final String REPLACE = "replace, which drops the indexes";
  static final String TRUNCATE = "truncate";

  private static final String TABLE = "indexed_load";

  @Override
  public void prepare(long rows) {
    IndexedPublish.prepare(bench, TABLE, pool.shape(), rows);
    bench.tables().settle();
  }

  @Override
  public Duration run(long rows) throws Exception {
    try (DirectLoad load = new DirectLoad(bench.database().url(TABLE + options), pool)) {
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
