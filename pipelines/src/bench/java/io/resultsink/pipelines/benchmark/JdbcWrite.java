package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestingPostgres;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.values.Row;

/** JdbcIO with its defaults, into an empty table without indexes. */
record JdbcWrite(Bench bench, BenchRunner runner, Shape shape, boolean rewritten, long rows)
    implements Contender {

  @Override
  public String name() {
    return rewritten ? "JdbcIO, reWriteBatchedInserts" : "JdbcIO";
  }

  private String table() {
    return shape.label() + "_jdbc";
  }

  @Override
  public void prepare(long rows) {
    bench.tables().createEmpty(table(), shape);
  }

  @Override
  public Duration run(long rows) throws Exception {
    String url =
        "jdbc:postgresql://localhost:"
            + bench.database().server().port()
            + "/"
            + bench.database().name()
            + (rewritten ? "?reWriteBatchedInserts=true" : "");
    JdbcIO.Write<Row> write =
        JdbcIO.<Row>write()
            .withDataSourceConfiguration(
                JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", url)
                    .withUsername(TestingPostgres.SINK)
                    .withPassword(TestingPostgres.PASSWORD))
            .withTable(table());
    return Stopwatch.time(
        () -> {
          Pipeline pipeline = runner.pipeline();
          pipeline.apply("Rows", new GeneratedRows(shape, rows)).apply("Write", write);
          Runners.run(pipeline);
        });
  }

  @Override
  public void verify(long rows) {
    bench
        .tables()
        .content(shape, rows, Shape.NEW)
        .requireIn(bench.database(), Tables.qualified(table()));
    bench.tables().drop(table());
  }
}
