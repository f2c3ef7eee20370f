package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import java.time.Duration;

/** The undo of a replace of a table with three indexes, from the connection to the answer. */
record UndonePublish(Bench bench, RowPool pool, String name, long rows) implements Contender {

  static final String SMALL = "undo of a tenth of the rows";
  static final String LARGE = "undo";

  private static final String TABLE = "indexed_undone";

  private PostgresResultSink sink() {
    return PostgresResultSink.to(bench.database().url(TABLE + "?mode=replace&keep=all&undo=1"));
  }

  /** Two publishes, of which the first has the rows that are to come back. */
  @Override
  public void prepare(long rows) throws Exception {
    IndexedPublish.prepare(bench, TABLE, pool.shape(), rows);
    String url = bench.database().url(TABLE + "?mode=replace&keep=all&undo=1");
    for (long count : new long[] {rows, rows / 10}) {
      try (DirectLoad load = new DirectLoad(url, pool)) {
        load.tidy(load.publish(load.stage(count, count)));
      }
    }
    bench.tables().settle();
  }

  @Override
  public Duration run(long rows) {
    long begin = System.nanoTime();
    sink().undo();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Override
  public void verify(long rows) {
    sink().versions().forEach(version -> bench.tables().drop(version.name().table()));
    IndexedPublish.verify(bench, TABLE, pool, WriteMode.REPLACE, rows);
  }
}
