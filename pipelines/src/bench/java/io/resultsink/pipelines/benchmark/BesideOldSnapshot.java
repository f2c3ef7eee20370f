package io.resultsink.pipelines.benchmark;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** A write while somebody's transaction holds a snapshot that is older than it. */
record BesideOldSnapshot(Bench bench, Contender write) implements Contender {

  @Override
  public String name() {
    return write.name() + " beside an old snapshot";
  }

  @Override
  public long rows() {
    return write.rows();
  }

  @Override
  public void prepare(long rows) throws Exception {
    write.prepare(rows);
  }

  @Override
  public Duration run(long rows) throws Exception {
    try (Connection holder = bench.database().superuser();
        Statement statement = holder.createStatement()) {
      statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
      statement.execute("SELECT count(*) FROM pg_catalog.pg_class");
      Duration took = write.run(rows);
      statement.execute("COMMIT");
      return took;
    }
  }

  @Override
  public void verify(long rows) throws Exception {
    write.verify(rows);
  }
}
