package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.column.PostgresText;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks on the staging table refuse the rows that the target would, and no others. */
class TargetChecksIT {

  private static final String REJECTS = "rejects=results.bad";

  private static final Schema PRICED =
      Schema.builder()
          .addInt64Field("id")
          .addStringField("label")
          .addNullableInt32Field("price")
          .build();

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private List<String> rejectedIds() {
    return database.column(
        "SELECT " + SampleRows.ID_OF_JSON + " AS id FROM results.bad ORDER BY id");
  }

  private List<String> rejected(String what) {
    return database.column("SELECT " + what + " FROM results.bad ORDER BY row_json");
  }

  private static List<String> ids(TestTable table) {
    return table.rows("id").stream().map(row -> row.get(0)).toList();
  }

  private TestTable withCollation(String column) {
    database.executeAs(
        "sink",
        "CREATE COLLATION results.nocase (provider = icu, locale = 'und-u-ks-level2',"
            + " deterministic = false)",
        "CREATE DOMAIN results.answer AS text COLLATE results.nocase",
        "CREATE DOMAIN results.reply AS results.answer CHECK (VALUE <> 'Maybe')");
    return TestTable.create(
        database, "Asked", "id bigint, label " + column + ", price int CHECK (price > 0)");
  }

  /** The staging table compares as the type does, which is not what the column's CHECK means. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "text COLLATE results.nocase CHECK (label IN ('yes', 'no'))",
        "varchar(9) COLLATE results.nocase CHECK (label = 'yes')",
        "results.answer CHECK (label IN ('yes', 'no'))",
        "results.reply CHECK (label = 'YES')"
      })
  void aColumnWithACollationOfItsOwnIsComparedByIt(String column) {
    TestTable table = withCollation(column);
    Runners.DIRECT.publish(
        SampleRows.of(PRICED, List.of(1L, "yes", 1), List.of(2L, "YES", 1), List.of(3L, "yes", -1)),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(ids(table), equalTo(List.of("1", "2")));
    assertThat(rejectedIds(), equalTo(List.of("3")));
  }

  /** A check of a domain knows its collation. */
  @Test
  void theCheckOfADomainRejectsByTheDomainsCollation() {
    TestTable table = withCollation("results.reply");
    Runners.DIRECT.publish(
        SampleRows.of(PRICED, List.of(1L, "yes", 1), List.of(2L, "MAYBE", 1)),
        table.sink(WriteMode.APPEND, REJECTS));
    assertThat(ids(table), equalTo(List.of("1")));
    assertThat(rejected("column_name || ' ' || sqlstate"), equalTo(List.of("label 23514")));
  }

  @Test
  void whatACheckByACollationRefusesFailsTheRun() {
    TestTable table = withCollation("text COLLATE results.nocase CHECK (label IN ('yes', 'no'))");
    ResultSinkException failure =
        Runners.DIRECT.failure(
            SampleRows.of(PRICED, List.of(1L, "yes", 1), List.of(2L, "Zq7", 1)),
            table.sink(WriteMode.APPEND, REJECTS));
    assertThat(
        failure.getMessage(), allOf(containsString("untouched"), containsString("SQLSTATE 23514")));
    assertThat(ids(table), equalTo(List.of()));
  }

  /** The staging table has the base type, for which there is another of the name. */
  @ParameterizedTest
  @ValueSource(strings = {"results.fits(price)", "price OPERATOR(results.<<<) price"})
  void aCheckThatCallsAFunctionForADomainIsThePublishs(String check) {
    database.executeAs(
        "sink",
        "CREATE DOMAIN results.price AS int",
        "CREATE FUNCTION results.fits(results.price) RETURNS boolean RETURN true",
        "CREATE FUNCTION results.fits(int) RETURNS boolean RETURN false",
        "CREATE FUNCTION results.both(results.price, results.price) RETURNS boolean RETURN true",
        "CREATE FUNCTION results.both(int, int) RETURNS boolean RETURN false",
        "CREATE OPERATOR results.<<< (FUNCTION = results.both, LEFTARG = results.price, RIGHTARG ="
            + " results.price)",
        "CREATE OPERATOR results.<<< (FUNCTION = results.both, LEFTARG = int, RIGHTARG = int)");
    TestTable table =
        TestTable.create(
            database, "Priced", "id bigint, label text, price results.price CHECK (" + check + ")");
    Runners.DIRECT.publish(
        SampleRows.of(PRICED, List.of(1L, "a", 1)), table.sink(WriteMode.APPEND, REJECTS));
    assertThat(ids(table), equalTo(List.of("1")));
    assertThat(rejectedIds(), equalTo(List.of()));
  }

  /** Which row it was for is nobody's to guess. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "id results.present PRIMARY KEY, price int",
        "id results.known UNIQUE, price int",
        "id bigint UNIQUE CHECK (id IS NOT NULL), price int",
        "id bigint UNIQUE, price int, CHECK (id IS NOT NULL AND price > 0)"
      })
  void aKeyThatIsNullFailsAnUpdateWhateverElseRefusesIt(String columns) {
    database.executeAs(
        "sink",
        "CREATE DOMAIN results.present AS bigint NOT NULL",
        "CREATE DOMAIN results.known AS bigint CHECK (VALUE IS NOT NULL)");
    TestTable table = TestTable.create(database, "Keyed", columns);
    ResultSinkException failure =
        Runners.DIRECT.failure(
            keyed(Arrays.asList(1L, 1), Arrays.asList(null, 1)),
            table.sink(WriteMode.UPDATE, REJECTS));
    assertThat(
        failure.getMessage(),
        allOf(containsString("1 rows have NULL in it"), containsString("is untouched")));
    assertThat(ids(table), equalTo(List.of()));
    assertThat(rejectedIds(), equalTo(List.of()));
  }

  private static PTransform<PBegin, PCollection<Row>> keyed(List<?>... rows) {
    Schema schema =
        Schema.builder().addNullableInt64Field("id").addNullableInt32Field("price").build();
    return SampleRows.of(schema, rows);
  }

  @Test
  void otherKeysThatDoNotFitLeave() {
    database.executeAs(
        "sink", "CREATE DOMAIN results.positive AS bigint NOT NULL CHECK (VALUE > 0)");
    TestTable table =
        TestTable.create(
            database, "Keyed", "id results.positive PRIMARY KEY CHECK (id < 9), price int");
    Runners.DIRECT.publish(
        keyed(Arrays.asList(1L, 1), Arrays.asList(-2L, 1), Arrays.asList(11L, 1)),
        table.sink(WriteMode.UPDATE, REJECTS));
    assertThat(ids(table), equalTo(List.of("1")));
    assertThat(
        rejected("column_name || ' ' || sqlstate"), equalTo(List.of("id 23514", "id 23514")));
  }

  /** A type that the result names is staged as text, whether the table is new or not. */
  @ParameterizedTest
  @CsvSource({"APPEND, false", "REPLACE, false", "REPLACE, true"})
  void aNewTableRejectsWhatIsNoValueOfItsTypes(WriteMode mode, boolean existing) {
    database.executeAs("sink", "CREATE TYPE results.mood AS ENUM ('sad', 'happy')");
    TestTable table =
        existing
            ? TestTable.create(database, "Moods", "id bigint CHECK (id > 2)")
            : TestTable.missing(database, "Moods");
    FieldType mood = FieldType.logicalType(PostgresText.of("results", "mood", "", false));
    FieldType moods = FieldType.logicalType(PostgresText.of("results", "mood", "", true));
    Schema schema =
        Schema.builder().addInt64Field("id").addField("mood", mood).addField("all", moods).build();
    Runners.DIRECT.publish(
        SampleRows.of(
            schema,
            List.of(1L, "sad", "{}"),
            List.of(2L, "Zq7", "{}"),
            List.of(3L, "happy", "{sad}"),
            List.of(4L, "happy", "{sad,Zq7}")),
        table.sink(mode, REJECTS));
    assertThat(ids(table), equalTo(List.of("1", "3")));
    assertThat(
        rejected("column_name || ' ' || sqlstate"), equalTo(List.of("mood 22P02", "all 22P02")));
    assertThat(
        database.column(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = '"
                + table.quoted()
                + "'::regclass"),
        equalTo(List.of()));
  }

  /** Each worker reads the checks when it opens the staging table. */
  @ParameterizedTest
  @CsvSource({"a, b", "b, a"})
  void aCheckThatIsDroppedWhileRowsAreStaged(String dropped, String left) {
    TestTable table =
        TestTable.create(
            database,
            "Strict",
            "id bigint, label text, price int, CONSTRAINT a CHECK (price < 9), CONSTRAINT b CHECK"
                + " (price > 0)");
    PostgresTarget target =
        PostgresTarget.parse(table.url("mode=replace&keep=all&run_id=night&" + REJECTS));
    try (Steps steps = new Steps(target, PRICED)) {
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(List.of(priced(1, 1))));
      database.executeAs("sink", "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT " + dropped);
      chunks.addAll(steps.stage(List.of(priced(2, 11), priced(3, 1), priced(4, -1))));
      steps.tidy(steps.publish(chunks));
    }
    assertThat(ids(table), equalTo(List.of("1", "3")));
    assertThat(
        rejected("sqlstate || substring(reason FROM ': .*')"),
        equalTo(
            left.equals("a")
                ? List.of(
                    "23514: check constraint a refuses it",
                    "23514: a check that the table had when the run began refuses it")
                : List.of(
                    "23514: a check that the table had when the run began refuses it",
                    "23514: check constraint b refuses it")));
    assertThat(
        database.column(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = '"
                + table.quoted()
                + "'::regclass"),
        equalTo(List.of(left)));
    database.assertNothingStaged();
  }

  private static Row priced(long id, int price) {
    return Row.withSchema(PRICED).addValues(id, "x", price).build();
  }
}
