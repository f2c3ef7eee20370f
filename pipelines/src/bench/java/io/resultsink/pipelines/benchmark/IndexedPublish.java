package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import java.time.Duration;
import java.util.List;

/** The publish alone, into a table with three indexes; staging and tidying up are not timed. */
record IndexedPublish(Bench bench, RowPool pool, WriteMode mode, long rows) implements Contender {

  /** The columns that have an index. */
  static final List<String> INDEXED = List.of("id", "customer", "created");

  @Override
  public String name() {
    return mode.option() + " publishes";
  }

  private String table() {
    return "indexed_" + mode.option();
  }

  /** Makes a table of old rows, with indexes. */
  static void prepare(Bench bench, String table, Shape shape, long rows) {
    String name = Tables.qualified(table);
    bench
        .tables()
        .createOld(
            table,
            shape,
            rows,
            INDEXED.stream()
                .map(column -> "CREATE INDEX ON " + name + " (" + column + ")")
                .toArray(String[]::new));
  }

  /** Checks what an append to it, or the truncating way, has made of it, and removes it. */
  static void verify(Bench bench, String table, RowPool pool, WriteMode mode, long rows) {
    TableContent written = pool.content(bench.tables(), rows);
    TableContent expected =
        mode == WriteMode.APPEND
            ? written.plus(bench.tables().content(pool.shape(), rows, Shape.OLD))
            : written;
    expected.requireIn(bench.database(), Tables.qualified(table));
    bench.tables().drop(table);
  }

  @Override
  public void prepare(long rows) {
    prepare(bench, table(), pool.shape(), rows);
  }

  @Override
  public Duration run(long rows) throws Exception {
    String url = bench.database().url(table() + "?mode=" + mode.option());
    try (DirectLoad load = new DirectLoad(url, pool)) {
      List<StagedChunk> chunks = load.stage(rows, rows);
      bench.tables().settle();
      long begin = System.nanoTime();
      var summary = load.publish(chunks);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      load.tidy(summary);
      return took;
    }
  }

  @Override
  public void verify(long rows) {
    verify(bench, table(), pool, mode, rows);
  }
}
