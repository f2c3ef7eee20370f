package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.internal.run.StagedChunk;
import java.time.Duration;
import java.util.List;

/** The staging step alone, with bundles of a size; it is published to see that all is there. */
final class StagedInBundles implements Contender {

  private static final String TABLE = "bundles";

  private final Bench bench;
  private final String name;
  private final RowPool pool;
  private final long rows;
  private final long bundleRows;

  StagedInBundles(Bench bench, String name, RowPool pool, long rows, long bundleRows) {
    this.bench = bench;
    this.name = name;
    this.pool = pool;
    this.rows = rows;
    this.bundleRows = bundleRows;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void prepare(long rows) {
    bench.tables().createEmpty(TABLE, pool.shape());
  }

  @Override
  public Duration run(long rows) throws Exception {
    try (DirectLoad load = new DirectLoad(bench.database().url(TABLE + "?mode=append"), pool)) {
      long begin = System.nanoTime();
      List<StagedChunk> chunks = load.stage(rows, bundleRows);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      load.tidy(load.publish(chunks));
      return took;
    }
  }

  @Override
  public void verify(long rows) {
    pool.content(bench.tables(), rows).requireIn(bench.database(), Tables.qualified(TABLE));
    bench.tables().drop(TABLE);
  }
}
