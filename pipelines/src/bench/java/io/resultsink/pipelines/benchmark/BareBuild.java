package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestingPostgres;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * A new table with indexes, made by hand: one binary COPY from a ready-made file, a unique index,
 * two other indexes, a vacuum.
 */
record BareBuild(Bench bench, RowPool pool, long rows) implements Contender {

  static final String NAME = "bare COPY, CREATE INDEX and VACUUM";

  private static final String TABLE = "bare_built";

  private static final int BUFFER_BYTES = 1 << 20;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(long rows) throws Exception {
    bench.tables().file(pool, rows);
    bench.tables().createEmpty(TABLE, pool.shape());
  }

  @Override
  public Duration run(long rows) throws Exception {
    Path file = bench.tables().file(pool, rows);
    String table = Tables.qualified(TABLE);
    try (Connection session = bench.database().connect(TestingPostgres.SINK);
        Statement statement = session.createStatement();
        InputStream content = Files.newInputStream(file)) {
      return Stopwatch.time(
          () -> {
            session
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + " FROM STDIN (FORMAT binary)", content, BUFFER_BYTES);
            statement.execute("CREATE UNIQUE INDEX ON " + table + " (" + IndexedLoad.KEY + ")");
            for (String column : IndexedLoad.INDEXED) {
              statement.execute("CREATE INDEX ON " + table + " (" + column + ")");
            }
            statement.execute("VACUUM (FREEZE, ANALYZE) " + table);
          });
    }
  }

  @Override
  public void verify(long rows) {
    pool.content(bench.tables(), rows).requireIn(bench.database(), Tables.qualified(TABLE));
    bench.tables().drop(TABLE);
  }
}
