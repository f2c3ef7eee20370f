package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.util.List;
import java.util.Set;

/** A table with old rows that {@link WideRows} are published into, and what its readers may see. */
record PublishedOnce(TestTable table, WriteMode mode) {

  private static final int OLD_ROWS = 1_000;

  /** The table, with rows whose keys the result has too. */
  static PublishedOnce into(TestDatabase database, WriteMode mode) {
    String id = mode == WriteMode.APPEND ? "id bigint" : "id bigint PRIMARY KEY";
    TestTable table = TestTable.create(database, "Ranking", id + ", name text, score float8");
    database.executeAs(TestingPostgres.SINK, "INSERT INTO " + table.quoted() + " (" + old() + ")");
    return new PublishedOnce(table, mode);
  }

  private static String old() {
    return "SELECT i AS id, 'old' AS name, 0::float8 AS score FROM generate_series(0, "
        + (OLD_ROWS - 1)
        + ") AS i";
  }

  /** The table's URL. */
  String url() {
    return table.url(TestTable.options(mode));
  }

  /** Sessions that read how many rows there are of old and of new. */
  PollingReaders readers() {
    return new PollingReaders(table.database(), scores());
  }

  private String scores() {
    return "SELECT (2 * score)::int, count(*) FROM " + table.quoted() + " GROUP BY 1 ORDER BY 1";
  }

  private static List<String> group(String score, int rows) {
    return List.of(score, Integer.toString(rows));
  }

  private Set<List<List<String>>> oldOrNew() {
    List<List<String>> old = List.of(group("0", OLD_ROWS));
    List<List<String>> result = List.of(group("3", WideRows.ROWS));
    return Set.of(old, mode == WriteMode.APPEND ? List.of(old.get(0), result.get(0)) : result);
  }

  /** That readers saw nothing but old or new, and that the rows stand there once. */
  void check(PollingReaders readers) throws InterruptedException {
    List<PollingReaders.Reading> readings = readers.stop();
    Set<List<List<String>>> allowed = oldOrNew();
    for (PollingReaders.Reading reading : readings) {
      assertThat(reading.isolation(), reading.rows(), is(in(allowed)));
    }
    assertThat("readings", readings.size(), greaterThan(10));
    check();
  }

  /** That the rows stand there once, and nothing else is left. */
  void check() {
    checkRows();
    table.database().assertNothingStaged();
  }

  /** That the rows stand there once, whatever a lost run has left beside them. */
  void checkRows() {
    String after =
        mode == WriteMode.APPEND
            ? "(" + old() + ") UNION ALL (" + WideRows.sql() + ")"
            : WideRows.sql();
    assertThat(table.difference(SampleRows.COLUMNS, after), is(empty()));
    assertThat(table.database().ledgerRows(), equalTo(1L));
  }

  /** That nothing was changed and nothing recorded. */
  void checkUntouched() {
    assertThat(table.difference(SampleRows.COLUMNS, old()), is(empty()));
    assertThat(table.database().ledgerRows(), equalTo(0L));
  }
}
