package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.testing.BadValue;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and keys that a table cannot take: an error that shows none of them, and no change. */
class BadInputIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.BadValue#all")
  void aValueThatDoesNotFitIsAnErrorWithColumnAndTypeAndNothingOfTheValue(BadValue bad) {
    database.executeAs(
        "sink",
        "CREATE TYPE results.mood AS ENUM ('sad', 'happy')",
        "CREATE DOMAIN results.positive AS int CHECK (VALUE > 0)");
    TestTable table = TestTable.create(database, "Strict", "id bigint, offended " + bad.column());
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, " + bad.old() + ")");
    ResultSinkException failure =
        Refusals.failed(
            database,
            SampleRows.of(
                Schema.builder().addInt64Field("id").addField("offended", bad.type()).build(),
                List.of(0L, bad.good()),
                Arrays.asList(1L, bad.value())),
            table.sink(WriteMode.APPEND));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_DATA));
    assertThat(failure.getMessage(), containsString("offended"));
    assertThat(failure.getMessage(), containsString(bad.typeInMessage()));
    assertThat(failure.getMessage(), containsString("untouched"));
    for (String trace : bad.traces()) {
      assertThat(Failures.everythingSaid(failure), not(containsString(trace)));
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void textThatNoTableCanHoldFailsTheCreationOfAMissingTableToo(WriteMode mode) {
    TestTable table = TestTable.missing(database, "Strict");
    Schema schema = Schema.builder().addInt64Field("id").addStringField("offended").build();
    ResultSinkException failure =
        Refusals.failed(
            database, SampleRows.of(schema, List.of(1L, "Zq7\u0000Zq7")), table.sink(mode));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_DATA));
    assertThat(failure.getMessage(), containsString("offended"));
    assertThat(failure.getMessage(), containsString("text"));
    assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
    assertThat(
        database.rows("SELECT FROM pg_tables WHERE tablename = ?", table.name()), is(empty()));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void duplicateKeysFailTheRunAndAreCounted(boolean exists) {
    TestTable table = keyed(exists);
    ResultSinkException failure =
        Refusals.failed(
            database,
            SampleRows.of(
                KEYED,
                List.of(98765L, "Zq7-a"),
                List.of(98765L, "Zq7-b"),
                List.of(98765L, "Zq7-c"),
                List.of(4L, "Zq7-d")),
            table.sink(WriteMode.UPDATE));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_DATA));
    assertThat(failure.getMessage(), containsString("id"));
    assertThat(failure.getMessage(), containsString("unique"));
    assertThat(failure.getMessage(), not(containsString("98765")));
    assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void nullKeysFailTheRun(boolean exists) {
    TestTable table = keyed(exists);
    ResultSinkException failure =
        Refusals.failed(
            database,
            SampleRows.of(KEYED, Arrays.asList(null, "Zq7-a"), List.of(4L, "Zq7-b")),
            table.sink(WriteMode.UPDATE));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_DATA));
    assertThat(failure.getMessage(), containsString("id"));
    assertThat(failure.getMessage(), containsString("NULL"));
    assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNIQUE (id)|23505",
        "CHECK (id < 1000)|23514",
        "FOREIGN KEY (id) REFERENCES results.parent|23503",
        "EXCLUDE USING btree (id WITH =)|23P01"
      })
  void aConstraintOfTheTableIsNamedAndTheRowIsNotShown(String constraint, String sqlState) {
    database.executeAs(
        "sink",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent VALUES (1)");
    TestTable table =
        TestTable.create(
            database, "Strict", "id bigint, name text, CONSTRAINT house_rule " + constraint);
    ResultSinkException failure =
        Refusals.failed(
            database,
            SampleRows.of(KEYED, List.of(98765L, "Zq7-a"), List.of(98765L, "Zq7-b")),
            table.sink(WriteMode.APPEND));
    assertThat(failure.sqlState(), equalTo(sqlState));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_DATA));
    assertThat(failure.getMessage(), containsString("house_rule"));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(Failures.everythingSaid(failure), not(containsString("98765")));
    assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
  }

  @Test
  void oneBadValueAmongManyRowsPublishesNone() {
    TestTable table = TestTable.create(database, "Strict", "id smallint, name text, score float8");
    ResultSinkException failure =
        Refusals.failed(database, SampleRows.many(33_000), table.sink(WriteMode.TRUNCATE));
    assertThat(failure.getMessage(), containsString("smallint"));
    assertThat(table.count(), equalTo(0L));
  }

  private static final Schema KEYED =
      Schema.builder().addNullableField("id", FieldType.INT64).addStringField("name").build();

  private TestTable keyed(boolean exists) {
    return exists
        ? TestTable.create(database, "Keyed", "id bigint UNIQUE, name text")
        : TestTable.missing(database, "Keyed");
  }
}
