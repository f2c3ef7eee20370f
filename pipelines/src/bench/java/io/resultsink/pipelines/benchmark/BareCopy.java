package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestingPostgres;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * The limit: one session copies the same rows from a ready-made file into an empty table without
 * indexes, in one binary COPY.
 */
record BareCopy(Bench bench, Shape shape, long rows) implements Contender {

  private static final int BUFFER_BYTES = 1 << 20;

  @Override
  public String name() {
    return "bare COPY";
  }

  private String table() {
    return shape.label() + "_copied";
  }

  @Override
  public void prepare(long rows) throws Exception {
    bench.tables().file(shape, rows);
    bench.tables().createEmpty(table(), shape);
  }

  @Override
  public Duration run(long rows) throws Exception {
    Path file = bench.tables().file(shape, rows);
    try (Connection session = bench.database().connect(TestingPostgres.SINK);
        InputStream content = Files.newInputStream(file)) {
      return Stopwatch.time(
          () ->
              session
                  .unwrap(PGConnection.class)
                  .getCopyAPI()
                  .copyIn(
                      "COPY " + Tables.qualified(table()) + " FROM STDIN (FORMAT binary)",
                      content,
                      BUFFER_BYTES));
    }
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
