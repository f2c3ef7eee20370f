package io.resultsink.postgres.testing;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;

/**
 * A table with old rows that a mode publishes a result into, and what it holds before and after.
 */
public record Ranking(TestTable table, WriteMode mode) {

  /** Rows of the result, in more than one bundle; ids from 0. */
  public static final long ROWS = 1_000;

  /** Ids that old rows and result share in modes other than append. */
  public static final int SHARED = 10;

  /** Columns that the result has. */
  public static final String DEFINITION = "id bigint PRIMARY KEY, name text, score float8";

  /** A table of the sink's role. */
  public static Ranking create(TestDatabase database, WriteMode mode) {
    return fill(TestTable.create(database, "Ranking", DEFINITION), mode);
  }

  /** Puts old rows into an empty table that has the result's columns. */
  public static Ranking fill(TestTable table, WriteMode mode) {
    table
        .database()
        .execute("INSERT INTO " + table.quoted() + " (" + COLUMNS + ") " + oldRows(mode));
    return new Ranking(table, mode);
  }

  /** The old rows, as a query. */
  private static String oldRows(WriteMode mode) {
    return "SELECT i::bigint, 'old-' || i, i::float8 FROM generate_series(-100, %d) AS i"
        .formatted(mode == WriteMode.APPEND ? -1 : SHARED - 1);
  }

  /** The rows after a publish, as a query. */
  public String newRows() {
    String result = SampleRows.sql(ROWS);
    return switch (mode) {
      case REPLACE, TRUNCATE -> result;
      case APPEND, UPDATE ->
          "SELECT * FROM (%s) AS o (id, name, score) WHERE id < 0 UNION ALL (%s)"
              .formatted(oldRows(mode), result);
    };
  }

  /** Publishes the result; it stands then, once, and nothing else is left. */
  public ResultSummary publish() {
    return publish("staging_ttl=7d");
  }

  /** As {@link #publish()}, with options. */
  public ResultSummary publish(String options) {
    ResultSummary summary =
        Runners.DIRECT.publish(SampleRows.many(ROWS), table.sink(mode, options));
    assertPublished();
    return summary;
  }

  /** What publishing fails with; the old rows stand then. */
  public ResultSinkException fail(String options) {
    ResultSinkException failure =
        Runners.DIRECT.failure(SampleRows.many(ROWS), table.sink(mode, options));
    assertThat(failure.getMessage(), table.difference(COLUMNS, oldRows(mode)), is(empty()));
    assertThat(table.database().ledgerRows(), equalTo(0L));
    return failure;
  }

  /** That the result stands, once, and nothing else is left. */
  public void assertPublished() {
    assertThat(table.difference(COLUMNS, newRows()), is(empty()));
    assertThat(table.database().ledgerRows(), equalTo(1L));
    table.database().assertNothingStaged();
  }
}
