package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Columns of the result and of the table that do not go together. */
class PreflightColumnsIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"APPEND", "TRUNCATE", "UPDATE"})
  void everythingThatDoesNotFitIsSaidAtOnce(WriteMode mode) {
    TestTable table =
        TestTable.create(
            database,
            "Misfit",
            "id bigint PRIMARY KEY, day date, twice bigint GENERATED ALWAYS AS (id * 2) STORED,"
                + " rank int NOT NULL, counted int NOT NULL DEFAULT 0");
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addBooleanField("day")
            .addInt64Field("twice")
            .addStringField("unheard_of")
            .build();
    ResultSinkException failure =
        Refusals.refused(
            database, SampleRows.of(schema, List.of(1L, true, 2L, "x")), table.sink(mode));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    List<String> problems = ((IncompatibleTableException) failure).problems();
    assertThat(failure.getMessage(), containsString(table.resolved()));
    assertThat(
        problems,
        hasItem(allOf(containsString("day"), containsString("boolean"), containsString("date"))));
    assertThat(
        problems, hasItem(allOf(containsString("twice"), containsStringIgnoringCase("generated"))));
    assertThat(problems, hasItem(allOf(containsString("rank"), containsString("NOT NULL"))));
    assertThat(problems, hasItem(containsString("unheard_of")));
    assertThat(problems, hasSize(4));
  }

  @Test
  void anIdentityThatIsAlwaysGeneratedCannotBeSupplied() {
    TestTable table =
        TestTable.create(
            database,
            "Identity",
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, score float8");
    assertProblem(table, WriteMode.APPEND, "id", "GENERATED ALWAYS");
  }

  @Test
  void aNameThatFitsTwoColumnsByCaseOnlyIsRefused() {
    TestTable table =
        TestTable.create(database, "Case", "\"ID\" bigint, \"Id\" bigint, name text, score float8");
    assertProblem(table, WriteMode.APPEND, "id", "ID", "Id");
  }

  @Test
  void twoFieldsForOneColumnAreRefused() {
    TestTable table = TestTable.create(database, "Case", "id bigint");
    Schema schema = Schema.builder().addInt64Field("Id").addInt64Field("ID").build();
    ResultSinkException failure =
        Refusals.refused(
            database, SampleRows.of(schema, List.of(1L, 2L)), table.sink(WriteMode.APPEND));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), allOf(containsString("Id"), containsString("ID")));
  }

  @Test
  void theKeyOfAnUpdateMustBeInTheResult() {
    TestTable table = TestTable.create(database, "Keyed", "key bigint PRIMARY KEY, name text");
    Schema schema = Schema.builder().addStringField("name").build();
    ResultSinkException failure =
        Refusals.refused(
            database,
            SampleRows.of(schema, List.of("x")),
            PostgresResultSink.to(table.url("mode=update&unique=key")));
    assertThat(failure.getMessage(), containsString("key"));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aColumnNameOfMoreThan63BytesIsRefusedNotShortened(WriteMode mode) {
    TestTable table = TestTable.missing(database, "Long");
    String name = "ü".repeat(32);
    Schema schema = Schema.builder().addInt64Field("id").addField(name, FieldType.STRING).build();
    ResultSinkException failure =
        Refusals.refused(database, SampleRows.of(schema, List.of(1L, "x")), table.sink(mode));
    assertThat(failure.getMessage(), allOf(containsString(name), containsString("63")));
  }

  @Test
  void aTableNameOf64BytesIsRefusedNotShortened() {
    String name = "x".repeat(64);
    ResultSinkException failure =
        Refusals.refusedWhenBuilt(() -> PostgresResultSink.to(database.url(name + "?mode=append")));
    assertThat(failure, instanceOf(InvalidTargetException.class));
    assertThat(failure.getMessage(), allOf(containsString(name), containsString("63")));
  }

  @Test
  void theLongestTableNameIsTaken() {
    TestTable table = new TestTable(database, "x".repeat(61) + "ü");
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.REPLACE));
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.REPLACE));
    assertThat(table.rows("id"), hasSize(3));
  }

  private void assertProblem(TestTable table, WriteMode mode, String... phrases) {
    ResultSinkException failure = Refusals.refused(database, table.sink(mode));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(((IncompatibleTableException) failure).problems(), hasSize(1));
    for (String phrase : phrases) {
      assertThat(failure.getMessage(), containsString(phrase));
    }
  }
}
