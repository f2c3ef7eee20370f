package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.RejectedRowsUnreadException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.UnknownLogicalType;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The table that keeps the rows which do not fit: what is written, read and forgotten there. */
class KeptRejectsIT {

  private static final String OWN = "rejects=result_sink_rejects";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private TestTable existing() {
    return TestTable.create(database, "Ranking", "id bigint, name text, score float8");
  }

  private static Steps steps(TestTable table, String options) {
    return new Steps(PostgresTarget.parse(table.url(options)), SampleRows.SCHEMA);
  }

  private static Row bad(long id, String name) {
    return Row.withSchema(SampleRows.SCHEMA).addValues(id, "\0" + name, 0.5).build();
  }

  /** Two rows, the second of which does not fit. */
  private static List<StagedChunk> stage(Steps steps) {
    return steps.stage(List.of(SampleRows.row(1), bad(2, "Zq7")));
  }

  private static ResultSummary run(TestTable table, String options) {
    try (Steps steps = steps(table, options)) {
      ResultSummary summary = steps.publish(stage(steps));
      steps.tidy(summary);
      return summary;
    }
  }

  private String count(String table) {
    return database.value("SELECT count(*) FROM results." + table);
  }

  /** None of them may fail the run that rejects it. */
  @Test
  void anObjectThatIsNoneOfItsTypeIsRejected() {
    EnumerationType colours = EnumerationType.create("red", "green");
    OneOfType either =
        OneOfType.create(
            Schema.Field.of("number", FieldType.INT32), Schema.Field.of("text", FieldType.STRING));
    FieldType jdbcDate =
        FieldType.logicalType(
            new UnknownLogicalType<>(
                "DATE", new byte[0], FieldType.STRING, "", FieldType.DATETIME));
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addNullableField("colour", FieldType.logicalType(colours))
            .addNullableField("one", FieldType.logicalType(either))
            .addNullableField("day", jdbcDate)
            .build();
    List<List<Object>> values =
        List.of(
            Arrays.asList(1L, colours.valueOf("red"), null, null),
            Arrays.asList(2L, colours.valueOf(99), null, null),
            Arrays.asList(
                3L, null, either.createValue(either.getCaseEnumType().valueOf(7), 1), null),
            Arrays.asList(4L, null, null, "seven"));
    TestTable table =
        TestTable.create(database, "Odd", "id bigint, colour text, one jsonb, day date");
    PostgresTarget target = PostgresTarget.parse(table.url("mode=append&rejects=bad"));
    try (Steps steps = new Steps(target, schema)) {
      List<Row> rows =
          values.stream().map(row -> Row.withSchema(schema).attachValues(row)).toList();
      assertThat(steps.publish(steps.stage(rows)).rejected(), equalTo(3L));
    }
    assertThat(
        database.column("SELECT row_json FROM results.bad ORDER BY 1"),
        equalTo(
            List.of(
                "{\"id\":2,\"colour\":99,\"one\":null,\"day\":null}",
                "{\"id\":3,\"colour\":null,\"one\":{\"7\":1},\"day\":null}",
                "{\"id\":4,\"colour\":null,\"one\":null,\"day\":\"seven\"}")));
    assertThat(
        database.column("SELECT column_name FROM results.bad ORDER BY 1"),
        equalTo(List.of("colour", "day", "one")));
  }

  /** Some thousand at a time could be larger than the heap. */
  @Test
  void largeRowsAreReadAFewAtATime() {
    TestTable table = existing();
    String large = "x".repeat(1 << 20);
    try (Steps steps = steps(table, "mode=append&run_id=night&rejects=bad")) {
      List<Row> rows = new ArrayList<>(List.of(SampleRows.row(1)));
      LongStream.range(2, 32).forEach(id -> rows.add(bad(id, large)));
      ResultSummary summary = steps.publish(steps.stage(rows));
      assertThat(steps.rejected(summary).size(), is(30));
      AtomicInteger given = new AtomicInteger();
      try (Session session = steps.connections().borrow()) {
        session.begin(Duration.ZERO, "read large rows");
        assertThrows(
            SQLException.class,
            () ->
                RejectsTable.named(summary.rejects())
                    .read(
                        session,
                        PartId.whole("night"),
                        TableName.parse("results." + table.encoded()),
                        row -> {
                          if (given.getAndIncrement() == 0) {
                            database.terminateSessions();
                          }
                        }));
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
      assertThat("in memory at once", given.get(), allOf(greaterThan(1), lessThanOrEqualTo(8)));
    }
  }

  @Test
  void thePublishWaitsForTheTableAsForTheOthers() throws Exception {
    TestTable table = existing();
    run(table, "mode=append&rejects=bad");
    try (Connection holder = database.superuser();
        Statement statement = holder.createStatement();
        Steps steps = steps(table, "mode=append&rejects=bad&lock_wait=1s")) {
      List<StagedChunk> chunks = stage(steps);
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE results.bad IN SHARE MODE");
      long begin = System.nanoTime();
      PublishFailedException failure =
          assertThrows(PublishFailedException.class, () -> steps.publish(chunks));
      assertThat(
          failure.getMessage(),
          allOf(
              containsString("no lock on results.bad after 1.0 s"), containsString("held by pid")));
      assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(20)));
      holder.rollback();
      assertThat(steps.publish(chunks).rejected(), equalTo(1L));
    }
  }

  @Test
  void rowsThatSomebodyAddsOrDeletesAreMissed() {
    TestTable table = existing();
    try (Steps steps = steps(table, "mode=append&run_id=night&rejects=bad")) {
      List<StagedChunk> chunks = stage(steps);
      ResultSummary summary = steps.publish(chunks);
      database.execute("INSERT INTO results.bad SELECT * FROM results.bad");
      assertThat(
          assertThrows(RejectedRowsUnreadException.class, () -> steps.rejected(summary))
              .getMessage(),
          allOf(
              containsString(table.resolved() + " is published, and 1 rows did not fit"),
              containsString("results.bad has 2 of run night")));
      database.execute("DELETE FROM results.bad");
      assertThat(
          assertThrows(RejectedRowsUnreadException.class, () -> steps.rejected(summary))
              .getMessage(),
          containsString("results.bad has 0 of run night"));
      assertThat("a later launch", steps.rejected(steps.publish(chunks)), is(empty()));
    }
  }

  @Test
  void aRunThatTheLedgerHasForgottenKeepsNoRowTwice() {
    TestTable table = existing();
    String options = "mode=append&run_id=night's&rejects=bad";
    run(table, options);
    database.execute("DELETE FROM results.result_sink_ledger");
    try (Steps steps = steps(table, options)) {
      IncompatibleTableException failure =
          assertThrows(IncompatibleTableException.class, () -> steps.publish(stage(steps)));
      assertThat(
          failure.getMessage(),
          allOf(
              containsString("it has 1 rows that run night's rejected from"),
              containsString("WHERE run_id = 'night''s' AND target_table = ")));
    }
    assertThat(count("bad"), equalTo("1"));
    assertThat(table.count(), equalTo(1L));
    run(table, "mode=append&rejects=bad");
    assertThat(count("bad"), equalTo("2"));
  }

  @Test
  void aTableInPlaceOfTheStagedOneIsNotRead() {
    TestTable table = existing();
    try (Steps steps = steps(table, "mode=replace&rejects=bad");
        Faults faults =
            Faults.at(
                FaultPoint.SEALED,
                () -> {
                  String staged =
                      database.value(
                          "SELECT relname FROM pg_class WHERE relkind = 'r'"
                              + " AND relname ~ '^result_sink_[0-9a-f]{32}_r$'");
                  String name = "results.\"" + staged + "\"";
                  database.execute(
                      "ALTER TABLE " + name + " RENAME TO moved",
                      "CREATE TABLE results.ran (n int)",
                      "CREATE FUNCTION results.run() RETURNS text LANGUAGE sql AS"
                          + " 'INSERT INTO results.ran VALUES (1); SELECT ''a'''",
                      "GRANT ALL ON results.ran, results.moved TO PUBLIC",
                      "CREATE VIEW "
                          + name
                          + " AS SELECT xmin, rejected_at, column_name,"
                          + " results.run() AS reason, sqlstate, row_json FROM results.moved",
                      "ALTER VIEW " + name + " OWNER TO reader",
                      "GRANT ALL ON " + name + " TO PUBLIC");
                })) {
      ResultSinkException failure =
          assertThrows(ResultSinkException.class, () -> steps.publish(stage(steps)));
      assertThat(faults.visits(FaultPoint.SEALED), equalTo(1));
      assertThat(failure, is(instanceOf(IncompatibleTableException.class)));
      assertThat(failure.getMessage(), containsString("trusts only tables of its own"));
    }
    assertThat(count("ran"), equalTo("0"));
  }

  @Test
  void theSinksOwnForgetsAlsoWhereAPublicationSendsIt() {
    TestTable table = existing();
    run(table, "mode=append&run_id=one&" + OWN);
    database.execute(
        "CREATE PUBLICATION p FOR ALL TABLES",
        "UPDATE results.result_sink_ledger SET published_at = published_at - interval '8 days'");
    run(table, "mode=append&run_id=two&" + OWN);
    assertThat(
        database.column("SELECT run_id FROM results.result_sink_rejects"), equalTo(List.of("two")));
  }

  @Test
  void theAdviceForATableThatWouldBeSentLeadsToOne() {
    TestTable table = existing();
    run(table, "mode=append&" + OWN);
    database.execute("CREATE PUBLICATION p FOR ALL TABLES");
    String refusal =
        assertThrows(IncompatibleTableException.class, () -> run(table, "mode=append&rejects=bad"))
            .getMessage();
    database.executeAs("sink", refusal.substring(refusal.indexOf("CREATE TABLE")));
    run(table, "mode=append&rejects=bad");
    database.execute("DELETE FROM results.bad");
    assertThat(
        database
            .column(
                "SELECT indexdef FROM pg_indexes WHERE tablename IN ('bad', 'result_sink_rejects')"
                    + " AND indexdef LIKE '% USING btree (run_id)'")
            .size(),
        is(2));
  }

  @Test
  void aTableFromWhichNothingCouldBeForgottenIsRefused() {
    TestTable table = existing();
    run(table, "mode=append&" + OWN);
    run(table, "mode=append&rejects=bad");
    database.execute(
        "CREATE PUBLICATION p FOR TABLE results.result_sink_rejects, results.bad",
        "ALTER TABLE results.bad REPLICA IDENTITY DEFAULT",
        "ALTER TABLE results.result_sink_rejects REPLICA IDENTITY DEFAULT");
    assertThat(
        assertThrows(IncompatibleTableException.class, () -> run(table, "mode=append&" + OWN))
            .getMessage(),
        allOf(
            containsString("publication p sends the deletes of results.result_sink_rejects"),
            containsString("REPLICA IDENTITY FULL")));
    run(table, "mode=append&rejects=bad");
    database.execute("ALTER PUBLICATION p SET (publish = 'insert')");
    run(table, "mode=append&" + OWN);
  }

  @Test
  void rowsThatCannotBeForgottenHoldNothingElseUp() {
    TestTable table = existing();
    run(table, "mode=append&" + OWN);
    database.execute(
        "UPDATE results.result_sink_ledger SET published_at = published_at - interval '500 days'");
    try (Steps steps = steps(table, "mode=append&" + OWN)) {
      ResultSummary summary = steps.publish(stage(steps));
      database.execute(
          "CREATE PUBLICATION p FOR TABLE results.result_sink_rejects",
          "ALTER TABLE results.result_sink_rejects REPLICA IDENTITY DEFAULT");
      steps.tidy(summary);
    }
    assertThat("the ledger forgot the first", database.ledgerRows(), equalTo(1L));
  }

  /** As its advice says for one of another shape. */
  @Test
  void rowsStayWhenTheLedgerIsMovedAway() {
    TestTable table = existing();
    run(table, "mode=append&" + OWN);
    database.execute("ALTER TABLE results.result_sink_ledger RENAME TO old_ledger");
    run(table, "mode=append&" + OWN);
    assertThat(count("result_sink_rejects"), equalTo("2"));
    database.execute(
        "UPDATE results.result_sink_rejects SET rejected_at = rejected_at - interval '401 days'");
    run(table, "mode=append&" + OWN);
    assertThat("too old for any ledger", count("result_sink_rejects"), equalTo("2"));
  }

  @Test
  void theAgeThatARunAsksForIsThatOfItsTableOnly() {
    run(
        TestTable.create(database, "Long", "id bigint, name text, score float8"),
        "mode=append&run_id=one&staging_ttl=30d&" + OWN);
    database.execute(
        "UPDATE results.result_sink_ledger SET published_at = published_at - interval '8 days'");
    run(existing(), "mode=append&run_id=two&" + OWN);
    assertThat(count("result_sink_rejects"), equalTo("2"));
  }

  @Test
  void theNameOfTheSinksOwnIsNoNameForRowsThatStay() {
    TestTable table = existing();
    database.execute("CREATE SCHEMA archive AUTHORIZATION sink");
    assertThat(
        assertThrows(
                IncompatibleTableException.class,
                () -> run(table, "mode=append&rejects=archive.result_sink_rejects"))
            .getMessage(),
        allOf(
            containsString("rejects names archive.result_sink_rejects"),
            containsString("forgets old rows")));
  }
}
