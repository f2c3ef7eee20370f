package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Runners;
import java.time.Duration;
import java.util.Objects;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * An append on Flink of rows of which some do not fit.
 *
 * @param every which of them do not: those whose id is a multiple; 0 for none
 * @param rejecting whether there is a table for those
 */
record RejectingWrite(Bench bench, String name, long rows, long every, boolean rejecting)
    implements Contender {

  static final String WITHOUT = "no bad row, without rejects";
  static final String NONE = "no bad row, with rejects";
  static final String ONE = "one bad row";
  static final String MANY = "each 20th row is bad";
  static final String ALL = "every row is bad, which fails";

  private static final String TABLE = "rejecting";
  static final String REJECTS = "rejected";

  private long bad(long rows) {
    return every == 0 ? 0 : (rows + every - 1) / every;
  }

  @Override
  public void prepare(long rows) {
    bench.tables().drop(REJECTS);
    bench.tables().createEmpty(TABLE, Shape.NARROW);
  }

  @Override
  public Duration run(long rows) throws Exception {
    String options = "?mode=append" + (rejecting ? "&rejects=" + Tables.qualified(REJECTS) : "");
    PostgresResultSink sink = PostgresResultSink.to(bench.database().url(TABLE + options));
    return Stopwatch.time(
        () -> {
          Pipeline pipeline = BenchRunner.FLINK.pipeline();
          long multiple = every;
          pipeline
              .apply("Rows", new GeneratedRows(Shape.NARROW, rows))
              .apply(
                  "Spoil",
                  MapElements.into(TypeDescriptors.rows()).via(row -> spoiled(row, multiple)))
              .setRowSchema(Shape.NARROW.schema())
              .apply("Publish", sink);
          run(pipeline, rows);
        });
  }

  private void run(Pipeline pipeline, long rows) {
    try {
      Runners.run(pipeline);
    } catch (RuntimeException e) {
      if (bad(rows) < rows || !(Failures.rootSinkFailure(e) instanceof PublishFailedException)) {
        throw e;
      }
    }
  }

  private static Row spoiled(Row row, long every) {
    long id = Objects.requireNonNull(row.getInt64("id"));
    return every == 0 || id % every != 0 ? row : spoiled(row);
  }

  /** The same row, with a text that no column takes. */
  static Row spoiled(Row row) {
    Object[] values = row.getValues().toArray();
    values[values.length - 1] = "\0" + values[values.length - 1];
    return Row.withSchema(row.getSchema()).attachValues(values);
  }

  @Override
  public void verify(long rows) {
    boolean published = bad(rows) < rows;
    require(TABLE, published ? rows - bad(rows) : 0);
    if (rejecting) {
      require(REJECTS, published ? bad(rows) : 0);
    }
    bench.tables().drop(TABLE);
    bench.tables().drop(REJECTS);
  }

  private void require(String table, long rows) {
    String found = bench.database().value("SELECT count(*) FROM " + Tables.qualified(table));
    if (!found.equals(Long.toString(rows))) {
      throw new IllegalStateException(table + " has " + found + " rows, and not " + rows);
    }
  }
}
