package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.BadValue;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that only the server can refuse leave too, and none but they. */
class ServerRefusalsIT {

  private static final String REJECTS = "rejects=results.bad";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @BeforeEach
  void createTypes() {
    database.executeAs(
        "sink",
        "CREATE TYPE results.mood AS ENUM ('sad', 'happy')",
        "CREATE DOMAIN results.positive AS int CHECK (VALUE > 0)",
        "CREATE TYPE results.place AS (street text, number int)");
  }

  private List<String> rejected(String what) {
    return database.column("SELECT " + what + " FROM results.bad ORDER BY row_json");
  }

  private List<String> rejectedIds() {
    return database.column(
        "SELECT " + SampleRows.ID_OF_JSON + " AS id FROM results.bad ORDER BY id");
  }

  /** All but one of the kinds that the publish alone can tell. */
  static Stream<BadValue> kinds() {
    return BadValue.all().filter(bad -> !bad.column().equals("bit(3)"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theRightRowsLeaveWhateverIsWrongWithThem(BadValue bad) {
    TestTable table = TestTable.create(database, "Strict", "id bigint, offended " + bad.column());
    Schema schema = Schema.builder().addInt64Field("id").addField("offended", bad.type()).build();
    ResultSummary summary =
        Runners.DIRECT.publish(
            SampleRows.of(
                schema,
                List.of(1L, bad.good()),
                Arrays.asList(2L, bad.value()),
                List.of(3L, bad.good()),
                Arrays.asList(4L, bad.value())),
            table.sink(WriteMode.APPEND, REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"), List.of("3"))));
    assertThat(rejectedIds(), equalTo(List.of("2", "4")));
    assertThat(summary.rejected(), is(2L));
    for (String reason : rejected("column_name || ': ' || reason || ' ' || sqlstate")) {
      assertThat(reason, containsString("offended: a value does not fit column offended ("));
      assertThat(reason, containsString(bad.typeInMessage()));
      for (String trace : bad.traces()) {
        assertThat(reason, not(containsString(trace)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"APPEND", "TRUNCATE", "UPDATE"})
  void theRightRowsLeaveAmongMany(WriteMode mode) {
    TestTable table = strict();
    int rows = 30_000;
    Runners.DIRECT.publish(many(rows), table.sink(mode, REJECTS));
    List<String> bad =
        LongStream.range(0, rows).filter(ServerRefusalsIT::isBad).mapToObj(Long::toString).toList();
    assertThat(rejectedIds(), equalTo(bad));
    assertThat(table.count(), equalTo((long) rows - bad.size()));
    assertThat(
        database.value("SELECT count(*) FROM " + table.quoted() + " WHERE id % 1000 IN (7, 8)"),
        equalTo("0"));
    assertThat(
        database.column(
            "SELECT DISTINCT column_name || ' ' || sqlstate FROM results.bad ORDER BY 1"),
        equalTo(List.of(" 23514", "mood 22P02")));
    assertThat(
        database.column("SELECT DISTINCT reason FROM results.bad WHERE column_name = ''").get(0),
        allOf(
            containsString("columns id, price"),
            containsString("check constraint dear refuses it")));
    database.assertNothingStaged();
  }

  private TestTable strict() {
    return TestTable.create(
        database,
        "Strict",
        "id bigint PRIMARY KEY, mood results.mood, price int,"
            + " CONSTRAINT dear CHECK (id >= 0 AND price > 0)");
  }

  private static final Schema MANY =
      Schema.builder().addInt64Field("id").addStringField("mood").addInt32Field("price").build();

  private static boolean isBad(long id) {
    return id % 1_000 == 7 || id % 1_000 == 8;
  }

  private static PTransform<PBegin, PCollection<Row>> many(int rows) {
    return Create.of(
            LongStream.range(0, rows)
                .mapToObj(
                    id ->
                        Row.withSchema(MANY)
                            .addValues(
                                id, id % 1_000 == 7 ? "Zq7" : "sad", id % 1_000 == 8 ? -1 : 1)
                            .build())
                .toList())
        .withRowSchema(MANY);
  }

  /** The staging table goes live itself, and must not keep a check of ours. */
  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"logged", "unlogged"})
  void aReplaceThatKeepsTheDefinitionHasItsChecksToo(String staging) {
    TestTable table =
        TestTable.create(
            database, "Strict", "id bigint, price int, CONSTRAINT dear CHECK (price > 0)");
    Schema schema = Schema.builder().addInt64Field("id").addInt32Field("price").build();
    Runners.DIRECT.publish(
        SampleRows.of(schema, List.of(1L, 1), List.of(2L, -1), List.of(3L, 1)),
        table.sink(WriteMode.REPLACE, "keep=all&staging=" + staging + "&" + REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"), List.of("3"))));
    assertThat(rejectedIds(), equalTo(List.of("2")));
    assertThat(
        database.column(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = '"
                + table.quoted()
                + "'::regclass"),
        equalTo(List.of("dear")));
  }

  @Test
  void compositesAndArraysOfDomains() {
    TestTable table =
        TestTable.create(
            database, "Strict", "id bigint, home results.place, odds results.positive[]");
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addStringField("home")
            .addArrayField("odds", FieldType.INT32)
            .build();
    Runners.DIRECT.publish(
        SampleRows.of(
            schema,
            List.of(1L, "(Elm,3)", List.of(1, 2)),
            List.of(2L, "(Elm,Zq7)", List.of(1)),
            List.of(3L, "(,)", List.of(-31_415)),
            List.of(4L, "(,)", List.of())),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"), List.of("4"))));
    assertThat(
        rejected("column_name || ' ' || sqlstate"), equalTo(List.of("home 22P02", "odds 23514")));
  }

  /** Alone in a table of NULLs, a field would be refused for another column's sake. */
  @Test
  void theColumnIsNamedBesideColumnsThatRefuseNull() {
    database.executeAs(
        "sink",
        "CREATE DOMAIN results.present AS text CHECK (VALUE IS NOT NULL)",
        "CREATE DOMAIN results.even AS int CONSTRAINT result_sink_check_3 CHECK (VALUE % 2 = 0)");
    TestTable table =
        TestTable.create(
            database,
            "Strict",
            "id bigint CONSTRAINT dear CHECK (id > 0), label results.present, mood results.mood,"
                + " parity results.even");
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addNullableStringField("label")
            .addStringField("mood")
            .addInt32Field("parity")
            .build();
    Runners.DIRECT.publish(
        SampleRows.of(
            schema,
            Arrays.asList(1L, "x", "sad", 2),
            Arrays.asList(2L, "x", "Zq7", 2),
            Arrays.asList(3L, null, "sad", 2),
            Arrays.asList(4L, "x", "sad", 31),
            Arrays.asList(-5L, "x", "sad", 2)),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"))));
    assertThat(
        database.column(
            "SELECT column_name || ' ' || sqlstate || ' ' || substring(reason FROM 'constraint"
                + " ([^ ]+)') FROM results.bad WHERE column_name <> 'mood' ORDER BY 1"),
        equalTo(
            List.of(
                "id 23514 dear", "label 23514 present_check", "parity 23514 result_sink_check_3")));
    assertThat(
        database.column("SELECT sqlstate FROM results.bad WHERE column_name = 'mood'"),
        equalTo(List.of("22P02")));
  }

  /** A CHECK is for the row that triggers leave. */
  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"APPEND", "TRUNCATE", "UPDATE"})
  void aRowThatATriggerPutsRightIsStored(WriteMode mode) {
    database.executeAs(
        "sink",
        "CREATE FUNCTION results.mend() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN NEW.price := abs(NEW.price); RETURN NEW; END'");
    TestTable table = strict();
    database.executeAs(
        "sink",
        "CREATE TRIGGER mend BEFORE INSERT ON "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.mend()");
    Runners.DIRECT.publish(
        SampleRows.of(MANY, List.of(1L, "sad", -5), List.of(2L, "Zq7", 5), List.of(3L, "happy", 5)),
        table.sink(mode, REJECTS));
    assertThat(table.rows("id, price"), equalTo(List.of(List.of("1", "5"), List.of("3", "5"))));
    assertThat(rejectedIds(), equalTo(List.of("2")));
  }

  /**
   * Functions choose their SQLSTATE; some of those that they may choose are other failures' too.
   */
  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"Q0001", "P0001", "P0002", "42P01", "23505", "0A000"})
  void whateverStateACheckFailsWith(String state) {
    judging("id bigint", "id = 3", state);
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    Runners.DIRECT.publish(
        SampleRows.of(
            Schema.builder().addInt64Field("id").build(), List.of(2L), List.of(3L), List.of(4L)),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("2"), List.of("4"))));
    assertThat(
        database.rows("SELECT sqlstate, column_name, reason FROM results.bad"),
        equalTo(
            List.of(
                List.of(
                    state,
                    "",
                    "a row does not fit: a function that a check calls refuses it, or fails"))));
  }

  /** The line in the server's words is another's here, and so no more than a hint. */
  @Test
  void aWrongHintIsNotBelieved() {
    database.executeAs(
        "sink",
        """
        CREATE FUNCTION results.judge(id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
          DECLARE staging text;
          BEGIN
            IF id % 1000 <> 3 THEN RETURN true; END IF;
            SELECT relname INTO staging FROM pg_catalog.pg_class
             WHERE relname ~ '^result_sink_[0-9a-f]{32}$';
            EXECUTE 'SELECT 1/0 AS "' || staging || ' 9"';
            RETURN true;
          END $$
        """);
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    Schema schema = Schema.builder().addInt64Field("id").build();
    PTransform<PBegin, PCollection<Row>> rows =
        Create.of(
                LongStream.range(0, 4_000)
                    .mapToObj(id -> Row.withSchema(schema).addValue(id).build())
                    .toList())
            .withRowSchema(schema);
    Runners.DIRECT.publish(rows, table.sink(WriteMode.APPEND, REJECTS));
    assertThat(rejectedIds(), equalTo(List.of("3", "1003", "2003", "3003")));
    assertThat(table.count(), equalTo(3_996L));
  }

  /** It leads to a row that is bad too, over others that are. */
  @Test
  void aHintThatSkipsRowsIsNotBelieved() {
    database.executeAs(
        "sink",
        "CREATE SEQUENCE results.seen",
        """
        CREATE FUNCTION results.judge(id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
          DECLARE staging text;
          BEGIN
            IF id >= 20 THEN RETURN true; END IF;
            IF id > 0 THEN RAISE EXCEPTION 'Zq7'; END IF;
            SELECT relname INTO staging FROM pg_catalog.pg_class
             WHERE relname ~ '^result_sink_[0-9a-f]{32}$';
            -- The last that is left, when the chunk is sent and then tried, and so on.
            EXECUTE 'SELECT sqrt(-pi()) AS "' || staging || ' '
              || 21 - nextval('results.seen') / 2 || '"';
            RETURN true;
          END $$
        """);
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    try (Steps steps = steps(table)) {
      steps.publish(steps.stage(idsBefore(30)));
    }
    assertThat(table.count(), equalTo(10L));
    assertThat(rejectedIds().size(), is(20));
  }

  private static final Schema IDS = Schema.builder().addInt64Field("id").build();

  private static List<Row> idsBefore(int end) {
    return LongStream.range(0, end)
        .mapToObj(id -> Row.withSchema(IDS).addValue(id).build())
        .toList();
  }

  /** One bundle of the rows is one chunk. */
  private static Steps steps(TestTable table) {
    return new Steps(PostgresTarget.parse(table.url("mode=append&" + REJECTS)), IDS);
  }

  /** The failure of staging rows in one chunk. */
  private static ResultSinkException failure(TestTable table, int rows) {
    try (Steps steps = steps(table)) {
      return assertThrows(ResultSinkException.class, () -> steps.stage(idsBefore(rows)));
    }
  }

  /** Input functions of extensions fail with the state of the server's own errors. */
  @Test
  void anInternalErrorIsOfARowWhenTheFieldAloneCausesIt() {
    judging("id text", "id LIKE 'Zq7%'", "XX000");
    database.executeAs("sink", "CREATE DOMAIN results.odd AS text CHECK (results.judge(VALUE))");
    TestTable table = TestTable.create(database, "Odd", "id bigint, shape results.odd");
    Schema schema = Schema.builder().addInt64Field("id").addStringField("shape").build();
    Runners.DIRECT.publish(
        SampleRows.of(schema, List.of(1L, "round"), List.of(2L, "Zq7"), List.of(3L, "")),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"), List.of("3"))));
    assertThat(rejected("column_name || ' ' || sqlstate"), equalTo(List.of("shape XX000")));
  }

  /** A server at the other end of a foreign table may be away, and no row is to blame. */
  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"XX000", "HV00N"})
  void anErrorThatIsOfNoRowFailsTheRun(String state) {
    judging("id bigint", "id = 3", state);
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    ResultSinkException failure = failure(table, 5);
    assertThat(failure.getMessage(), allOf(containsString("untouched"), containsString(state)));
    assertThat(table.count(), is(0L));
  }

  /** What the check's function reads may be missing for a moment. */
  @Test
  void aFunctionThatFailsForEveryRowFailsTheRun() {
    judging("id bigint", "true", "42P01");
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    requireUnexplained(failure(table, 20), "42P01");
    assertThat(table.count(), is(0L));
  }

  /** Its message may quote them. */
  @Test
  void rowsThatAreRefusedTogetherAloneFailTheRunInWords() {
    database.executeAs(
        "sink",
        """
        CREATE FUNCTION results.judge(id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
          BEGIN
            IF current_setting('results.seen', true) <> '' THEN RAISE EXCEPTION 'Zq7 %', id; END IF;
            PERFORM set_config('results.seen', id::text, true);
            RETURN true;
          END $$
        """);
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    requireUnexplained(failure(table, 2), "P0001");
    assertThat(table.count(), is(0L));
  }

  private static void requireUnexplained(ResultSinkException failure, String state) {
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("(SQLSTATE " + state + ")"),
            containsString("which of them do not fit"),
            containsString("is untouched")));
    for (Throwable shown = failure; shown != null; shown = shown.getCause()) {
      assertThat(shown.toString(), not(containsString("Zq7")));
    }
  }

  @Test
  void aRefusalThatIsNotFoundAgainIsForgotten() {
    judging("id bigint", "nextval('results.seen') = 3", "P0001");
    database.executeAs("sink", "CREATE SEQUENCE results.seen");
    TestTable table = TestTable.create(database, "Judged", "id bigint CHECK (results.judge(id))");
    try (Steps steps = steps(table)) {
      steps.publish(steps.stage(idsBefore(5)));
    }
    assertThat(table.count(), is(5L));
    assertThat(rejectedIds(), equalTo(List.of()));
  }

  /** Creates a function that fails for some rows. */
  private void judging(String parameter, String fails, String state) {
    database.executeAs(
        "sink",
        """
        CREATE FUNCTION results.judge(%s) RETURNS boolean LANGUAGE plpgsql AS $$
          BEGIN
            IF %s THEN RAISE EXCEPTION 'Zq7' USING ERRCODE = '%s'; END IF;
            RETURN true;
          END $$
        """
            .formatted(parameter, fails, state));
  }

  /** As in an INSERT by hand, and in the publish. */
  @Test
  void aCheckFindsBareNamesOnTheRolesPath() {
    database.executeAs(
        "sink",
        "CREATE TABLE results.most (n bigint)",
        "INSERT INTO results.most VALUES (2)",
        """
        CREATE FUNCTION results.allowed(id bigint) RETURNS boolean LANGUAGE sql AS
        'SELECT id <= n FROM most'
        """);
    TestTable table = TestTable.create(database, "Bare", "id bigint CHECK (results.allowed(id))");
    Schema schema = Schema.builder().addInt64Field("id").build();
    Runners.DIRECT.publish(
        SampleRows.of(schema, List.of(1L), List.of(3L), List.of(2L)),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(rejectedIds(), equalTo(List.of("3")));
    assertThat(table.rows("id"), equalTo(List.of(List.of("1"), List.of("2"))));
  }

  @Test
  void moreThanTheMostOfAChunkFailTheRunInWords() {
    TestTable table = TestTable.create(database, "Strict", "id bigint, mood results.mood");
    Schema schema = Schema.builder().addInt64Field("id").addStringField("mood").build();
    PTransform<PBegin, PCollection<Row>> rows =
        Create.of(
                LongStream.range(0, 20_000)
                    .mapToObj(id -> Row.withSchema(schema).addValues(id, "Zq7").build())
                    .toList())
            .withRowSchema(schema);
    ResultSinkException failure =
        Runners.DIRECT.failure(rows, table.sink(WriteMode.APPEND, REJECTS));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("the server refuses more than 1000 of the "),
            containsString("column mood"),
            containsString("untouched"),
            not(containsString("Zq7"))));
    assertThat(table.count(), is(0L));
  }

  /** Which of two rows wins, and what other tables hold, is known to the publish alone. */
  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"id bigint UNIQUE", "id bigint, extra int CHECK (extra > id) DEFAULT 1"})
  void whatOnlyThePublishKnowsFailsTheRun(String columns) {
    TestTable table = TestTable.create(database, "Strict", columns);
    Schema schema = Schema.builder().addInt64Field("id").build();
    ResultSinkException failure =
        Runners.DIRECT.failure(
            SampleRows.of(schema, List.of(1L), List.of(1L)), table.sink(WriteMode.APPEND, REJECTS));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(table.count(), is(0L));
    assertThat(rejectedIds(), equalTo(List.of()));
  }
}
