package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a table that is replaced hands on to the new one beside its rights, and what it cannot. */
class HandedOnIT {

  private static final long ROWS = 100;

  /** Whether the rows go live where they are staged, or are copied. */
  enum Staged {
    LOGGED,
    UNLOGGED
  }

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private static final String SETTINGS =
      """
      SELECT attname, attcollation::regcollation, attstorage, attcompression, attstattarget,
             attoptions, relreplident
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
       WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
      """;

  private TestTable settled() {
    TestTable table =
        TestTable.create(
            database,
            "Settled",
            "gone text COLLATE \"POSIX\", score double precision, name text COLLATE \"C\", id"
                + " bigint");
    String name = table.quoted();
    database.execute(
        "ALTER TABLE " + name + " DROP COLUMN gone",
        "ALTER TABLE " + name + " ALTER name SET STORAGE EXTERNAL",
        "ALTER TABLE " + name + " ALTER name SET COMPRESSION pglz",
        "ALTER TABLE " + name + " ALTER id SET STATISTICS 500",
        "ALTER TABLE " + name + " ALTER score SET (n_distinct = -0.5)",
        "ALTER TABLE " + name + " REPLICA IDENTITY FULL");
    return table;
  }

  private static PostgresTarget replace(TestTable table, Staged staged) {
    return PostgresTarget.parse(
        table.url("mode=replace&staging=" + staged.name().toLowerCase(Locale.ROOT)));
  }

  private static void run(TestTable table, Staged staged) {
    try (Steps steps = new Steps(replace(table, staged))) {
      steps.run(ROWS);
    }
  }

  @ParameterizedTest
  @EnumSource(Staged.class)
  void settingsOfColumnsAndTheirStatistics(Staged staged) {
    TestTable table = settled();
    List<List<String>> before = database.rows(SETTINGS, table.quoted());
    run(table, staged);
    assertThat(database.rows(SETTINGS, table.quoted()), equalTo(before));
    assertThat(
        "analyzed, by these settings",
        database.rows(
            "SELECT attname, CASE attname WHEN 'score' THEN n_distinct END FROM pg_stats"
                + " WHERE schemaname = 'results' AND tablename = ? ORDER BY attname",
            table.name()),
        contains(Arrays.asList("id", null), Arrays.asList("name", null), List.of("score", "-0.5")));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  @Test
  void aCollationThatChangesAfterTheRowsWereSealed() throws Exception {
    TestTable table = settled();
    try (Faults faults =
        Faults.at(
            FaultPoint.FROZEN,
            () ->
                database.execute(
                    "ALTER TABLE " + table.quoted() + " ALTER name TYPE text COLLATE \"POSIX\""))) {
      run(table, Staged.LOGGED);
      assertThat(faults.visits(FaultPoint.FROZEN), equalTo(1));
    }
    assertThat(
        database.value(
            "SELECT attcollation::regcollation FROM pg_attribute"
                + " WHERE attrelid = ?::regclass AND attname = 'name'",
            table.quoted()),
        equalTo("\"POSIX\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"varchar(40) COLLATE \"C\"", "text[] COLLATE \"C\""})
  void aCollationWhereTheTypeIsAnother(String type) {
    TestTable table =
        TestTable.create(database, "Other", "id bigint, name " + type + ", score float8");
    run(table, Staged.LOGGED);
    assertThat(
        database.value(
            "SELECT attcollation::regcollation FROM pg_attribute"
                + " WHERE attrelid = ?::regclass AND attname = 'name'",
            table.quoted()),
        equalTo("\"C\""));
  }

  @Test
  void aDryRunNamesTheRest() {
    database.execute(
        "CREATE TYPE results.ranked AS (id bigint, name text, score double precision)");
    TestTable table = TestTable.missing(database, "Typed");
    String name = table.quoted();
    database.execute(
        "CREATE UNLOGGED TABLE " + name + " OF results.ranked",
        "ALTER TABLE " + name + " OWNER TO sink",
        "ALTER TABLE " + name + " ALTER id SET NOT NULL",
        "CREATE UNIQUE INDEX by_id ON " + name + " (id)",
        "COMMENT ON INDEX results.by_id IS 'for the page'",
        "ALTER TABLE " + name + " CLUSTER ON by_id",
        "ALTER TABLE " + name + " REPLICA IDENTITY USING INDEX by_id",
        "ALTER TABLE " + name + " ADD CONSTRAINT scored CHECK (score > -2000)",
        "COMMENT ON CONSTRAINT scored ON " + name + " IS 'as the page wants it'",
        "ALTER TABLE " + name + " ALTER name SET STATISTICS 7");
    DryRun report;
    try (TargetInspector inspector = TargetInspector.of(table.target(WriteMode.REPLACE))) {
      report = inspector.check(SampleRows.SCHEMA);
    }
    assertThat(
        report.loses(),
        hasItems(
            "index by_id (that CLUSTER uses) (that is its replica identity) and its comment",
            "constraint scored and its comment",
            "UNLOGGED (the new table is logged)",
            "being a table of type results.ranked"));
    assertThat(report.keeps(), hasItems("statistics target of column name"));
    assertThat(report.problems(), is(empty()));
  }
}
