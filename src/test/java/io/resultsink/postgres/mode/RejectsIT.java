package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
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
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.ErrorOutput;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
        "UPDATE results.result_sink_rejects SET rejected_at = rejected_at - interval '8 days'",
        "DELETE FROM " + table.quoted());
    errors.publish(Runners.DIRECT, SampleRows.spoiled(10, 5), table.sink(WriteMode.APPEND));
    assertThat(kept("results.result_sink_rejects"), equalTo(List.of("0", "5")));
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
