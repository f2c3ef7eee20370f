package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Runners;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;

/** The sink, into a table that has as many rows as it writes. */
record SinkWrite(Bench bench, BenchRunner runner, Shape shape, WriteMode mode, long rows)
    implements Contender {

  @Override
  public String name() {
    return mode.option();
  }

  private String table() {
    return shape.label() + "_" + mode.option();
  }

  @Override
  public void prepare(long rows) {
    if (mode == WriteMode.UPDATE) {
      bench
          .tables()
          .createOld(
              table(),
              shape,
              rows,
              "ALTER TABLE " + Tables.qualified(table()) + " ADD PRIMARY KEY (id)");
    } else {
      bench.tables().createOld(table(), shape, rows);
    }
  }

  @Override
  public Duration run(long rows) throws Exception {
    String options = "?mode=" + mode.option() + (mode == WriteMode.UPDATE ? "&unique=id" : "");
    PostgresResultSink sink = PostgresResultSink.to(bench.database().url(table() + options));
    return Stopwatch.time(
        () -> {
          Pipeline pipeline = runner.pipeline();
          pipeline.apply("Rows", new GeneratedRows(shape, rows)).apply("Publish", sink);
          Runners.run(pipeline);
        });
  }

  @Override
  public void verify(long rows) {
    TableContent written = bench.tables().content(shape, rows, Shape.NEW);
    TableContent expected =
        mode == WriteMode.APPEND
            ? written.plus(bench.tables().content(shape, rows, Shape.OLD))
            : written;
    expected.requireIn(bench.database(), Tables.qualified(table()));
    bench.tables().drop(table());
  }
}
