package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Decorations;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every mode promises, stated once; a mode says what it makes of old rows and result. */
abstract class BaseWriteModeIT {

  /** Rows of a result where it is about data. */
  static final long MANY = 50_000;

  /** Rows of a result where it is about the catalog. */
  static final long FEW = 20;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final WriteMode mode;
  private final String options;

  BaseWriteModeIT(WriteMode mode) {
    this(mode, "");
  }

  /** A mode with options of its own. */
  BaseWriteModeIT(WriteMode mode, String options) {
    this.mode = mode;
    this.options = options;
  }

  private PostgresResultSink sink(TestTable table) {
    return sink(table, "");
  }

  private PostgresResultSink sink(TestTable table, String more) {
    String all =
        Stream.of(TestTable.options(mode), options, more)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("&"));
    return PostgresResultSink.to(table.url(all));
  }

  /** Hangs on a table what this mode may meet there. */
  void hangOn(TestTable table) {
    Decorations.hangOn(table);
  }

  /** The table's rows after a success, as a query made of two queries over the same columns. */
  abstract String after(String old, String result);

  /** Checks what became of the definition of a table whose rows were published. */
  abstract void assertDefinition(TableCatalog before, TableCatalog after);

  /** The constraints of a table that the sink created. */
  List<String> constraintsOfCreatedTable() {
    return List.of();
  }

  /** The last id of old rows, which begin at -1000. */
  long lastOldId() {
    return -1;
  }

  /** What an update needs, and what the other modes may meet or lose. */
  String idColumn() {
    return "id bigint PRIMARY KEY";
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void createsAMissingTableThatHoldsTheResult(Runners runner) {
    TestTable table = TestTable.missing(database, "Ranking");
    ResultSummary summary = runner.publish(SampleRows.many(MANY), sink(table));
    assertThat(table.difference(COLUMNS, SampleRows.sql(MANY)), is(empty()));
    assertThat(summary.created(), is(true));
    assertReported(table, summary, MANY);
    TableCatalog catalog = TableCatalog.of(table);
    assertThat(catalog.constraints(), equalTo(constraintsOfCreatedTable()));
    assertThat(
        catalog.columns().stream().map(column -> column.subList(0, 2)).toList(),
        contains(
            List.of("id", "bigint"),
            List.of("name", "text"),
            List.of("score", "double precision")));
    assertThat(catalog.owner(), equalTo("sink"));
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void makesOfOldRowsAndResultWhatTheModeSays(Runners runner) {
    TestTable table = existing();
    ResultSummary summary = runner.publish(SampleRows.many(MANY), sink(table));
    assertThat(table.difference(COLUMNS, after(oldRows(), SampleRows.sql(MANY))), is(empty()));
    assertThat(summary.created(), is(false));
    assertReported(table, summary, MANY);
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void publishesAnEmptyResult(Runners runner) {
    TestTable table = existing();
    ResultSummary summary = runner.publish(SampleRows.none(), sink(table));
    String nothing = "SELECT " + COLUMNS + " FROM (" + oldRows() + ") none WHERE false";
    assertThat(table.difference(COLUMNS, after(oldRows(), nothing)), is(empty()));
    assertThat(summary.rows(), equalTo(0L));
    assertThat(summary.chunks(), equalTo(0L));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  @ParameterizedTest
  @EnumSource(Runners.class)
  void createsAMissingTableForAnEmptyResult(Runners runner) {
    TestTable table = TestTable.missing(database, "Ranking");
    ResultSummary summary = runner.publish(SampleRows.none(), sink(table));
    assertThat(table.count(), equalTo(0L));
    assertThat(summary.created(), is(true));
    assertThat(TableCatalog.of(table).constraints(), equalTo(constraintsOfCreatedTable()));
    database.assertNothingStaged();
  }

  @Test
  void matchesColumnsByNameWhateverTheirOrder() {
    TestTable table =
        TestTable.create(database, "Ranking", "score double precision, name text, " + idColumn());
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void publishesTwiceAsTwoRuns() {
    TestTable table = existing();
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table));
    if (mode == WriteMode.APPEND) {
      database.execute("DELETE FROM " + table.quoted() + " WHERE id >= 0");
    }
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table));
    assertThat(table.difference(COLUMNS, after(oldRows(), SampleRows.sql(FEW))), is(empty()));
    assertThat(database.ledgerRows(), equalTo(2L));
  }

  @Test
  void treatsTheDefinitionAsTheModeSays() {
    TestTable table = existing();
    hangOn(table);
    if (mode != WriteMode.REPLACE) {
      Decorations.hangViewOn(table);
    }
    TableCatalog before = TableCatalog.of(table);
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table));
    assertThat(table.difference(COLUMNS, after(oldRows(), SampleRows.sql(FEW))), is(empty()));
    assertDefinition(before, TableCatalog.of(table));
  }

  @Test
  void keepsOwnerGrantsCommentsAndRowSecurity() {
    TestTable table = existing();
    hangOn(table);
    TableCatalog before = TableCatalog.of(table);
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table));
    TableCatalog after = TableCatalog.of(table);
    assertThat("what is compared is there", before.columnGrants(), hasSize(3));
    assertThat(after.owner(), equalTo(before.owner()));
    assertThat(after.tableGrants(), equalTo(before.tableGrants()));
    assertThat(after.columnGrants(), equalTo(before.columnGrants()));
    assertThat(after.comment(), equalTo(before.comment()));
    assertThat(after.columnComments(), equalTo(before.columnComments()));
    assertThat(after.rowSecurity(), equalTo(before.rowSecurity()));
    assertThat(after.policies(), equalTo(before.policies()));
  }

  @Test
  void aSecondLaunchOfTheSameRunPublishesNothingAndSaysSo() {
    TestTable table = existing();
    ResultSummary first =
        Runners.DIRECT.publish(SampleRows.many(FEW), sink(table, "run_id=nightly%201"));
    List<String> published = Fingerprint.of(database);
    ResultSummary second =
        Runners.DIRECT.publish(SampleRows.many(FEW + 5), sink(table, "run_id=nightly%201"));
    assertThat(Fingerprint.of(database), equalTo(published));
    assertThat(first.alreadyPublished(), is(false));
    assertThat(first.runId(), equalTo("nightly 1"));
    // The end of COMMIT is known to the first alone: the ledger row was written before.
    assertThat(
        second,
        equalTo(
            first.toBuilder()
                .alreadyPublished(true)
                .publishingMillis(second.publishingMillis())
                .build()));
  }

  @Test
  void tooFewRowsFailAndLeaveTheTargetUntouched() {
    TestTable table = existing();
    List<String> before = Fingerprint.withoutStaging(database);
    ResultSinkException failure =
        Runners.DIRECT.failure(SampleRows.many(FEW), sink(table, "min_rows=21"));
    assertThat(failure, Matchers.instanceOf(PublishFailedException.class));
    assertThat(failure.getMessage(), containsString("21"));
    assertThat(failure.getMessage(), containsString("20"));
    assertThat(failure.getMessage(), containsString(table.resolved()));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
    assertThat(database.ledgerRows(), equalTo(0L));
  }

  @Test
  void asManyRowsAsAskedForAreEnough() {
    TestTable table = existing();
    Runners.DIRECT.publish(SampleRows.many(FEW), sink(table, "min_rows=20"));
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  @Test
  void stagingAndLedgerLiveWhereAskedFor() {
    database.execute("CREATE SCHEMA workshop AUTHORIZATION sink");
    TestTable table = existing();
    Runners.DIRECT.publish(
        SampleRows.many(FEW), sink(table, "staging_schema=workshop&staging=logged"));
    database.assertLedgerIn("workshop");
    assertThat(database.value("SELECT count(*) FROM workshop.result_sink_ledger"), equalTo("1"));
    assertThat(table.difference(COLUMNS, after(oldRows(), SampleRows.sql(FEW))), is(empty()));
  }

  @Test
  void publishesInAnotherSchemaThanTheSearchPathsFirst() {
    database.execute("CREATE SCHEMA \"Other\" AUTHORIZATION sink");
    Schema schema = Schema.builder().addInt64Field("id").addStringField("name").build();
    ResultSummary summary =
        Runners.DIRECT.publish(
            SampleRows.of(schema, List.of(1L, "one"), List.of(2L, "")),
            PostgresResultSink.to(database.url("Other.Ranking?" + TestTable.options(mode))));
    assertThat(summary.table(), equalTo("Other.Ranking"));
    assertThat(
        database.rows("SELECT id, name FROM \"Other\".\"Ranking\" ORDER BY 1"),
        contains(List.of("1", "one"), List.of("2", "")));
  }

  /** A table with a thousand rows or more and a column that the result lacks. */
  final TestTable existing() {
    TestTable table =
        TestTable.create(
            database,
            "Ranking",
            idColumn() + ", name text, score double precision, note text DEFAULT 'unset'");
    database.execute(
        "INSERT INTO "
            + table.quoted()
            + " ("
            + COLUMNS
            + ", note) SELECT *, 'old' FROM ("
            + oldRows()
            + ") AS old");
    return table;
  }

  final String oldRows() {
    return "SELECT i AS id, 'old-' || i AS name, i::float8 AS score FROM generate_series(-1000, "
        + lastOldId()
        + ") AS i";
  }

  private void assertReported(TestTable table, ResultSummary summary, long rows) {
    assertThat(summary.table(), equalTo(table.resolved()));
    assertThat(summary.database(), equalTo(database.name()));
    assertThat(summary.mode(), equalTo(mode.option()));
    assertThat(summary.rows(), equalTo(rows));
    // id, score and the tuple's header and lengths; the name comes on top.
    assertThat(summary.bytes(), greaterThan(rows * 30));
    assertThat(summary.chunks(), greaterThan(0L));
    assertThat(summary.alreadyPublished(), is(false));
    assertThat(summary.stagingMillis(), greaterThanOrEqualTo(0L));
    assertThat(summary.publishingMillis(), greaterThanOrEqualTo(0L));
    database.assertNothingStaged();
    database.assertLedgerIn(TestDatabase.SCHEMA);
    String ledger = database.value("SELECT to_jsonb(l)::text FROM results.result_sink_ledger l");
    assertThat(ledger, containsString(summary.runId()));
    assertThat(ledger, containsString(table.name()));
    assertThat(ledger, containsString(mode.option()));
    assertThat(ledger, containsString(Long.toString(rows)));
  }
}
