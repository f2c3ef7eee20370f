package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Staging and publishing together, into a table with a primary key and two indexes.
 *
 * @param name the publish as the results name it
 * @param options those of the target
 */
record IndexedLoad(Bench bench, RowPool pool, String name, String options, long rows)
    implements Contender {

  static final String KEEP = "replace with keep=all";
  static final String REPLACE = "replace, which drops the indexes";
  static final String TRUNCATE = "truncate";

  static final String KEY = "id";
  static final List<String> INDEXED = List.of("customer", "created");

  private static final String TABLE = "indexed_load";

  @Override
  public void prepare(long rows) {
    String table = Tables.qualified(TABLE);
    bench
        .tables()
        .createOld(
            TABLE,
            pool.shape(),
            rows,
            Stream.concat(
                    Stream.of("ALTER TABLE " + table + " ADD PRIMARY KEY (" + KEY + ")"),
                    INDEXED.stream()
                        .map(column -> "CREATE INDEX ON " + table + " (" + column + ")"))
                .toArray(String[]::new));
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
