package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.ErrorOutput;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that does not fit leaves the result, is given out and kept; the others are published. */
class RejectsIT {

  private static final long ROWS = 5_000;
  private static final long EVERY = 100;
  private static final long BAD = ROWS / EVERY;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private final ErrorOutput errors = new ErrorOutput();

  private TestTable existing() {
    TestTable table =
        TestTable.create(
            database, "Ranking", "id bigint PRIMARY KEY, name text, score double precision");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
    return table;
  }

  private static PTransform<PBegin, PCollection<Row>> spoiled() {
    return SampleRows.spoiled(ROWS, EVERY);
  }

  private static String old(WriteMode mode) {
    return mode == WriteMode.APPEND || mode == WriteMode.UPDATE
        ? "SELECT -1::bigint, 'old', 0::float8 UNION ALL "
        : "";
  }

  private List<String> kept(String table) {
    return database.column(
        "SELECT " + SampleRows.ID_OF_JSON + " AS id FROM " + table + " ORDER BY id");
  }

  private static List<String> spoiledIds() {
    return ErrorOutput.spoiled(ROWS, EVERY).stream().map(Object::toString).toList();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void publishesTheOthersAndGivesOutEachOnce(WriteMode mode) {
    TestTable table = existing();
    Runners runner = mode.ordinal() % 2 == 0 ? Runners.DIRECT : Runners.FLINK;
    ResultSummary summary = errors.publish(runner, spoiled(), table.sink(mode));
    assertThat(
        table.difference(COLUMNS, old(mode) + SampleRows.sqlOfFitting(ROWS, EVERY)), is(empty()));
    assertThat(errors.ids(), equalTo(ErrorOutput.spoiled(ROWS, EVERY)));
    assertThat(summary.rows(), equalTo(ROWS - BAD));
    assertThat(summary.rejected(), equalTo(BAD));
    assertThat(summary.rejects(), equalTo("results.result_sink_rejects"));
    database.assertNothingStaged();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void keepsThemInATableOfTheUsers(WriteMode mode) {
    TestTable table = existing();
    ResultSummary summary =
        Runners.DIRECT.publish(spoiled(), table.sink(mode, "rejects=results.bad&max_rejected=50"));
    assertThat(kept("results.bad"), equalTo(spoiledIds()));
    assertThat(summary.rejected(), equalTo(BAD));
    assertThat(summary.rejects(), equalTo("results.bad"));
    assertThat(
        database.rows(
            "SELECT DISTINCT run_id, target_schema, target_table, part, column_name, sqlstate,"
                + " rejected_at > now() - interval '1 hour' FROM results.bad"),
        equalTo(
            List.of(List.of(summary.runId(), "results", table.name(), "", "name", "22021", "t"))));
    assertThat(
        "private",
        database.value("SELECT relacl IS NULL FROM pg_class WHERE relname = 'bad'"),
        equalTo("t"));
  }

  @Test
  void carriesAllThatIsKnown() {
    TestTable table = existing();
    errors.publish(
        Runners.DIRECT,
        SampleRows.of(SampleRows.SCHEMA, List.of(1L, "good", 0.5), List.of(2L, "b\0\"d\\ ☃", 1.5)),
        table.sink(WriteMode.APPEND, "run_id=day%201"));
    BadRecord record = errors.records().get(0);
    assertThat(
        record.getRecord().getHumanReadableJsonRecord(),
        equalTo("{\"id\":2,\"name\":\"b\\u0000\\\"d\\\\ ☃\",\"score\":1.5}"));
    assertThat(
        record.getFailure().getDescription(),
        allOf(
            containsString("column name (text): it has a U+0000"),
            containsString("(SQLSTATE 22021)"),
            containsString("rejected from " + table.resolved() + " at 2"),
            containsString("in run day 1")));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aResultOfNothingElseFails(WriteMode mode) {
    TestTable table = existing();
    List<String> before = Fingerprint.withoutStaging(database);
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () -> errors.publish(Runners.DIRECT, SampleRows.spoiled(300, 1), table.sink(mode)));
    ResultSinkException failure = Failures.rootSinkFailure(thrown);
    assertThat(failure, is(org.hamcrest.Matchers.instanceOf(PublishFailedException.class)));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("none of the 300 rows of the result fits"),
            containsString("300 rows: a value does not fit column name (text): it has a U+0000"),
            containsString(table.resolved() + " is untouched"),
            not(containsString("Zq7"))));
    assertThat(errors.records(), is(empty()));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
    assertThat(database.value("SELECT count(*) FROM results.result_sink_rejects"), equalTo("0"));
    assertThat(database.ledgerRows(), equalTo(0L));
  }

  /** Which of two rows is meant, or which row at all, is nobody's to choose. */
  @Test
  void aKeyThatIsNullOrThereTwiceFailsAnUpdate() {
    TestTable table = existing();
    Schema schema =
        Schema.builder()
            .addNullableInt64Field("id")
            .addStringField("name")
            .addDoubleField("score")
            .build();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            SampleRows.of(
                schema,
                Arrays.asList(1L, "a", 1.0),
                Arrays.asList(1L, "b", 1.0),
                Arrays.asList(null, "c", 1.0),
                Arrays.asList(null, "d", 1.0),
                Arrays.asList(2L, "Zq7\0", 1.0)),
            table.sink(WriteMode.UPDATE, "rejects=bad"));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("1 keys occur more than once, 2 rows have NULL in it"),
            containsString("is untouched")));
    assertThat(table.count(), equalTo(1L));
    assertThat(kept("results.bad"), is(empty()));
  }

  /** The others might never be published, and come again. */
  @Test
  void nothingIsGivenOutBeforeTheCommit() throws Exception {
    TestTable table = existing();
    try (Connection holder = database.superuser();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE " + table.quoted() + " IN SHARE ROW EXCLUSIVE MODE");
      CompletableFuture<ResultSummary> published =
          CompletableFuture.supplyAsync(
              () -> errors.publish(Runners.DIRECT, spoiled(), table.sink(WriteMode.APPEND)));
      await()
          .until(
              () ->
                  database
                      .value(
                          "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname ="
                              + " current_database() AND application_name LIKE '% publish %'")
                      .equals("t"));
      await()
          .during(java.time.Duration.ofMillis(1_500))
          .until(() -> errors.records().isEmpty() && !published.isDone());
      holder.rollback();
      assertThat(published.get(60, TimeUnit.SECONDS).rejected(), equalTo(BAD));
    }
    assertThat(errors.ids(), equalTo(ErrorOutput.spoiled(ROWS, EVERY)));
  }

  @Test
  void moreThanTheMostFail() {
    TestTable table = existing();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            spoiled(), table.sink(WriteMode.REPLACE, "rejects=bad&max_rejected=49"));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("50 rows of the result do not fit, more than max_rejected=49"),
            containsString("is untouched")));
    assertThat(kept("results.bad"), is(empty()));
    assertThat(table.count(), equalTo(1L));
  }

  @Test
  void rowsThatFitCountForTheFewest() {
    TestTable table = existing();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            spoiled(), table.sink(WriteMode.TRUNCATE, "rejects=bad&min_rows=4951"));
    assertThat(
        failure.getMessage(),
        containsString("the result has 4950 rows without the 50 that do not fit"));
    Runners.DIRECT.publish(spoiled(), table.sink(WriteMode.TRUNCATE, "rejects=bad&min_rows=4950"));
  }

  @Test
  void whoeverLetsRowsVanishIsToldBeforeAnythingRuns() {
    InvalidTargetException failure =
        assertThrows(
            InvalidTargetException.class,
            () ->
                Runners.DIRECT.publish(
                    spoiled(), existing().sink(WriteMode.APPEND, "max_rejected=5")));
    assertThat(failure.getMessage(), containsString("nothing keeps them"));
  }

  @Test
  void anotherLaunchOfTheRunGivesTheSameAndKeepsNoneTwice() {
    TestTable table = existing();
    PostgresResultSink sink = table.sink(WriteMode.APPEND, "run_id=night&rejects=results.bad");
    errors.publish(Runners.DIRECT, spoiled(), sink);
    ErrorOutput again = new ErrorOutput();
    ResultSummary summary = again.publish(Runners.DIRECT, spoiled(), sink);
    assertThat(summary.alreadyPublished(), is(true));
    assertThat(summary.rejected(), equalTo(BAD));
    assertThat(again.ids(), equalTo(errors.ids()));
    assertThat(again.rows(), equalTo(errors.rows()));
    assertThat(kept("results.bad"), equalTo(spoiledIds()));
    assertThat(table.count(), equalTo(ROWS - BAD + 1));
  }

  @Test
  void rowsOfManyRunsStandTogetherAndAreToldApart() {
    TestTable table = existing();
    PostgresResultSink sink = table.sink(WriteMode.APPEND, "rejects=results.bad");
    errors.publish(Runners.DIRECT, spoiled(), sink.withRunId("one"));
    database.execute("DELETE FROM " + table.quoted());
    ErrorOutput second = new ErrorOutput();
    second.publish(Runners.DIRECT, SampleRows.spoiled(300, 100), sink.withRunId("two"));
    assertThat(second.ids(), equalTo(List.of(0L, 100L, 200L)));
    assertThat(
        database.rows("SELECT run_id, count(*) FROM results.bad GROUP BY 1 ORDER BY 1"),
        equalTo(List.of(List.of("one", "50"), List.of("two", "3"))));
  }

  @Test
  void theSinksOwnTableForgetsAfterTheAgeOfStaging() {
    TestTable table = existing();
    errors.publish(Runners.DIRECT, spoiled(), table.sink(WriteMode.APPEND, "run_id=one"));
    database.execute(
        "UPDATE results.result_sink_ledger SET published_at = published_at - interval '8 days'",
        "DELETE FROM " + table.quoted());
    errors.publish(Runners.DIRECT, SampleRows.spoiled(10, 5), table.sink(WriteMode.APPEND));
    assertThat(kept("results.result_sink_rejects"), equalTo(List.of("0", "5")));
  }

  /** It is read after the commit, while others tidy up, and a worker's clock may be wrong. */
  @Test
  void whatWasPublishedJustNowIsNotForgotten() {
    TestTable table = existing();
    PostgresResultSink sink = table.sink(WriteMode.APPEND, "run_id=one&staging_ttl=1ms");
    errors.publish(Runners.DIRECT, spoiled(), sink);
    assertThat(errors.ids(), equalTo(ErrorOutput.spoiled(ROWS, EVERY)));
    database.execute(
        "UPDATE results.result_sink_rejects SET rejected_at = rejected_at - interval '30 years'",
        "DELETE FROM " + table.quoted());
    errors.publish(
        Runners.DIRECT, SampleRows.spoiled(10, 5), table.sink(WriteMode.APPEND, "staging_ttl=1ms"));
    ErrorOutput again = new ErrorOutput();
    again.publish(Runners.DIRECT, spoiled(), sink);
    assertThat(again.ids(), equalTo(ErrorOutput.spoiled(ROWS, EVERY)));
  }

  /** As everywhere in Beam, it handles nothing. */
  @Test
  void beamsDefaultHandlerFailsTheRun() {
    TestTable table = existing();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            spoiled(),
            table
                .sink(WriteMode.APPEND)
                .withErrorHandler(new ErrorHandler.DefaultErrorHandler<>()));
    assertThat(failure, is(org.hamcrest.Matchers.instanceOf(UnencodableValueException.class)));
    assertThat(table.count(), equalTo(1L));
  }

  @Test
  void aHandlerThatIsNotNeededChangesNothing() {
    TestTable table = existing();
    ResultSummary summary =
        errors.publish(Runners.DIRECT, SampleRows.many(100), table.sink(WriteMode.TRUNCATE));
    assertThat(errors.records(), is(empty()));
    assertThat(summary.rejected(), equalTo(0L));
    assertThat(summary.rejects(), equalTo(""));
    assertThat(table.difference(COLUMNS, SampleRows.sql(100)), is(empty()));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void anEmptyResultIsNoResultOfBadRows(WriteMode mode) {
    TestTable table = existing();
    assertThat(
        errors.publish(Runners.DIRECT, SampleRows.none(), table.sink(mode)).rows(), equalTo(0L));
    assertThat(errors.records(), is(empty()));
  }

  /** Windows and triggers of the input are one result, and one count of its rows. */
  @Test
  void windowedInputIsOneResult() {
    TestTable table = existing();
    PTransform<PBegin, PCollection<Row>> windowed =
        PTransform.compose(
            begin ->
                begin
                    .apply(spoiled())
                    .apply(WithTimestamps.of(row -> new Instant(row.getInt64("id") * 1_000)))
                    .apply(
                        Window.<Row>into(FixedWindows.of(Duration.standardMinutes(1)))
                            .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
                            .withAllowedLateness(Duration.ZERO)
                            .discardingFiredPanes()));
    ResultSummary summary =
        errors.publish(Runners.DIRECT, windowed, table.sink(WriteMode.TRUNCATE));
    assertThat(errors.ids(), equalTo(ErrorOutput.spoiled(ROWS, EVERY)));
    assertThat(summary.rows() + summary.rejected(), equalTo(ROWS));
    assertThat(table.difference(COLUMNS, SampleRows.sqlOfFitting(ROWS, EVERY)), is(empty()));
  }

  /** Other sinks' chunks would not see it, and a rejected row may be as large as any other. */
  @Test
  void largeRowsLeaveInPart() {
    TestTable table = TestTable.create(database, "Narrow", "id bigint, name varchar(5)");
    Schema schema = Schema.builder().addInt64Field("id").addStringField("name").build();
    String large = "x".repeat(17 << 20);
    Runners.DIRECT.publish(
        SampleRows.of(schema, List.of(1L, large), List.of(2L, "good"), List.of(3L, large)),
        table.sink(WriteMode.APPEND, "rejects=results.bad"));
    assertThat(
        database.rows(
            "SELECT length(row_json) < 17 << 20, row_json ~ ' \\(17825792 characters\\)\"}$'"
                + " FROM results.bad"),
        equalTo(List.of(List.of("t", "t"), List.of("t", "t"))));
    assertThat(table.rows("id"), equalTo(List.of(List.of("2"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE results.bad SET UNLOGGED | is unlogged, so that a crash",
        "CREATE UNIQUE INDEX ON results.bad (run_id, target_schema, target_table, part) | has a"
            + " unique index",
        "CREATE UNIQUE INDEX ON results.bad (row_json) | has index bad_row_json_idx",
        "ALTER TABLE results.bad ADD CHECK (reason = '') | has constraint bad_reason_check",
        "ALTER TABLE results.bad ADD COLUMN note text NOT NULL DEFAULT '' | has a default of column"
            + " note",
        "ALTER TABLE results.bad ADD COLUMN note text GENERATED ALWAYS AS (reason) STORED | has a"
            + " default of column note",
        "ALTER TABLE results.bad ALTER COLUMN reason TYPE varchar(9) | column reason is character"
            + " varying(9) and not text",
        "ALTER TABLE results.bad RENAME COLUMN reason TO why | column reason is missing",
        "ALTER TABLE results.bad ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY | row security",
        "CREATE TABLE results.child () INHERITS (results.bad) | has inheritance with",
        "CREATE RULE r AS ON INSERT TO results.bad DO INSTEAD NOTHING | has rule r",
        "ALTER TABLE results.bad RENAME TO moved; CREATE VIEW results.bad AS SELECT * FROM"
            + " results.moved | is not an ordinary table",
        "ALTER TABLE results.bad OWNER TO reader | belongs to role reader",
      })
  void aTableThatWouldNotKeepEachRowIsRefused(String statement, String reason) {
    TestTable table = existing();
    PostgresResultSink sink = table.sink(WriteMode.APPEND, "rejects=results.bad");
    Runners.DIRECT.publish(SampleRows.many(10), sink);
    database.execute("DELETE FROM " + table.quoted());
    database.execute(statement.split("; "));
    List<String> before = Fingerprint.withoutStaging(database);
    ResultSinkException failure = Runners.DIRECT.failure(SampleRows.spoiled(10, 5), sink);
    assertThat(failure, is(org.hamcrest.Matchers.instanceOf(IncompatibleTableException.class)));
    assertThat(failure.getMessage(), allOf(containsString(reason), containsString("untouched")));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pg_catalog.bad", "pg_temp.bad", "no_such.bad", "result_sink_ledger"})
  void aPlaceThatCannotHaveTheTableIsRefused(String rejects) {
    TestTable table = existing();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            SampleRows.many(10), table.sink(WriteMode.APPEND, "rejects=" + rejects));
    assertThat(failure, is(org.hamcrest.Matchers.instanceOf(IncompatibleTableException.class)));
    assertThat(failure.getMessage(), containsString("rejects"));
  }

  @Test
  void anotherTableIsNotWritten() {
    TestTable table = existing();
    database.execute("CREATE TABLE results.bad (row_json text, note text NOT NULL)");
    ResultSinkException failure =
        Runners.DIRECT.failure(spoiled(), table.sink(WriteMode.APPEND, "rejects=results.bad"));
    assertThat(failure, is(org.hamcrest.Matchers.instanceOf(IncompatibleTableException.class)));
    assertThat(
        failure.getMessage(),
        containsString(
            "results.bad is not a rejects table of this sink: column run_id is missing"));
  }

  @Test
  void aTriggerOnTheTableIsRefused() {
    TestTable table = existing();
    PostgresResultSink sink = table.sink(WriteMode.APPEND, "rejects=results.bad");
    Runners.DIRECT.publish(SampleRows.spoiled(10, 5), sink);
    database.execute(
        "CREATE FUNCTION results.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER hold BEFORE INSERT ON results.bad FOR EACH ROW EXECUTE FUNCTION"
            + " results.f()");
    assertThat(
        Runners.DIRECT.failure(SampleRows.spoiled(10, 5), sink).getMessage(),
        containsString("rejects table results.bad has trigger hold"));
  }
}
