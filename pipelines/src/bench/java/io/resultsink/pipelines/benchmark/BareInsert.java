package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/**
 * A publish by hand: one transaction that fills a table with three indexes from an unlogged one
 * that was just written, by {@code INSERT ... SELECT}, for truncate after a {@code DELETE}.
 */
record BareInsert(Bench bench, RowPool pool, WriteMode mode, long rows) implements Contender {

  private static final String SOURCE = "staged_by_hand";

  @Override
  public String name() {
    return mode == WriteMode.APPEND ? "bare INSERT" : "bare DELETE and INSERT";
  }

  private String table() {
    return "bare_" + mode.option();
  }

  @Override
  public void prepare(long rows) {
    IndexedPublish.prepare(bench, table(), pool.shape(), rows);
    String source = Tables.qualified(SOURCE);
    bench
        .database()
        .execute(
            "DROP TABLE IF EXISTS " + source,
            "CREATE UNLOGGED TABLE " + source + " AS " + pool.select(bench.tables(), rows),
            "ALTER TABLE " + source + " OWNER TO " + TestingPostgres.SINK);
    bench.tables().settle();
  }

  @Override
  public Duration run(long rows) throws Exception {
    try (Connection session = bench.database().connect(TestingPostgres.SINK);
        Statement statement = session.createStatement()) {
      return Stopwatch.time(
          () -> {
            statement.execute("BEGIN");
            if (mode == WriteMode.TRUNCATE) {
              statement.execute("DELETE FROM " + Tables.qualified(table()));
            }
            statement.execute(
                "INSERT INTO "
                    + Tables.qualified(table())
                    + " SELECT * FROM "
                    + Tables.qualified(SOURCE));
            statement.execute("COMMIT");
          });
    }
  }

  @Override
  public void verify(long rows) {
    bench.tables().drop(SOURCE);
    IndexedPublish.verify(bench, table(), pool, mode, rows);
  }
}
