package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;

/** All steps of a load into an empty table, without a runner. */
record DirectWrite(Bench bench, String name, RowPool pool, WriteMode mode, long rows)
    implements Contender {

  private String table() {
    return "direct_" + mode.option();
  }

  @Override
  public void prepare(long rows) {
    bench.tables().createEmpty(table(), pool.shape());
    if (mode == WriteMode.UPDATE) {
      bench
          .database()
          .execute("ALTER TABLE " + Tables.qualified(table()) + " ADD PRIMARY KEY (id)");
    }
  }

  @Override
  public Duration run(long rows) throws Exception {
    String options = "?mode=" + mode.option() + (mode == WriteMode.UPDATE ? "&unique=id" : "");
    return Stopwatch.time(
        () -> {
          try (DirectLoad load = new DirectLoad(bench.database().url(table() + options), pool)) {
            ResultSummary summary = load.publish(load.stage(rows, rows));
            load.tidy(summary);
          }
        });
  }

  @Override
  public void verify(long rows) {
    pool.content(bench.tables(), rows).requireIn(bench.database(), Tables.qualified(table()));
    bench.tables().drop(table());
  }
}
