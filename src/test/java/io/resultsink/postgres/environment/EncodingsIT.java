package io.resultsink.postgres.environment;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Databases whose texts are not UTF-8: a character arrives as it is, or its column is named. */
@Tag("attack")
class EncodingsIT {

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addNullableField("first", FieldType.STRING)
          .addNullableField("offended", FieldType.STRING)
          .build();

  @RegisterExtension final TestDatabase latin1 = new TestDatabase().encodedAs("LATIN1");
  @RegisterExtension final TestDatabase japanese = new TestDatabase().encodedAs("EUC_JP");
  @RegisterExtension final TestDatabase unknown = new TestDatabase().encodedAs("SQL_ASCII");

  @Test
  void aCharacterThatTheEncodingLacksFailsWithItsColumnAndIsNotShown() {
    for (String type : List.of("text", "varchar(9)", "text[]", "jsonb")) {
      boolean array = type.endsWith("[]");
      Schema schema =
          Schema.builder()
              .addNullableField("first", FieldType.STRING)
              .addNullableField(
                  "offended", array ? FieldType.array(FieldType.STRING) : FieldType.STRING)
              .build();
      TestTable table = TestTable.create(latin1, "Texts", "first text, offended " + type);
      ResultSinkException failure =
          Refusals.failed(
              latin1,
              SampleRows.of(
                  schema,
                  Arrays.asList("\u00e9", null),
                  Arrays.asList(null, array ? List.of("Zq7\u20ac") : "\"Zq7\u20ac\"")),
              table.sink(WriteMode.APPEND));
      assertThat(failure, instanceOf(UnencodableValueException.class));
      assertThat(failure.getMessage(), containsString("column offended"));
      assertThat(failure.getMessage(), containsString("encoding lacks (SQLSTATE 22P05)"));
      assertThat(Failures.everythingSaid(failure), not(containsString("Zq7")));
      assertThat(Failures.everythingSaid(failure), not(containsString("0xe2")));
      assertThat(table.count(), equalTo(0L));
    }
  }

  @Test
  void charactersThatTheEncodingHasArrive() {
    TestTable table = TestTable.create(latin1, "Texts", "id bigint, first text, offended char(3)");
    Runners.DIRECT.publish(
        SampleRows.of(SCHEMA, List.of(1L, "\u00e9", "\u00e9 \u00fc")),
        table.sink(WriteMode.APPEND));
    assertThat(
        table.rows("id, convert_to(first || '|' || format('%s', offended), 'UTF8')").get(0).get(1),
        equalTo("\\xc3a97cc3a920c3bc"));
  }

  /** Of two bytes each here in UTF-8, of three there. */
  @Test
  void aNameThatIsTooLongInTheEncodingFailsWithItsColumn() {
    TestTable table = TestTable.create(japanese, "Texts", "id bigint, first text, offended name");
    ResultSinkException failure =
        Refusals.failed(
            japanese,
            SampleRows.of(SCHEMA, List.of(1L, "a", "\u00e9".repeat(31))),
            table.sink(WriteMode.APPEND));
    assertThat(failure, instanceOf(UnencodableValueException.class));
    assertThat(failure.getMessage(), containsString("column offended (name)"));
  }

  @Test
  void withoutAnEncodingLengthsInCharactersAreRefused() {
    TestTable table =
        TestTable.create(
            unknown, "Texts", "id bigint, first varchar(3), offended char(3), free text");
    unknown.execute(
        "CREATE DOMAIN results.short AS varchar(3)",
        "ALTER TABLE " + table.quoted() + " ADD listed results.short[]");
    Schema schema =
        Schema.builder()
            .addFields(SCHEMA.getFields())
            .addField("free", FieldType.STRING)
            .addField("listed", FieldType.array(FieldType.STRING))
            .build();
    ResultSinkException failure =
        Refusals.refused(
            unknown,
            SampleRows.of(schema, List.of(1L, "\u00e9  ", "\u00e9", "\u00e9", List.of())),
            table.sink(WriteMode.APPEND));
    assertThat(failure.getMessage(), containsString("SQL_ASCII"));
    assertThat(((IncompatibleTableException) failure).problems(), hasSize(3));
    Schema limited = Schema.of(Schema.Field.of("v", FieldType.logicalType(VariableString.of(3))));
    ResultSinkException created =
        Refusals.refused(
            unknown,
            SampleRows.of(limited, List.of("\u00e9  ")),
            TestTable.missing(unknown, "Created").sink(WriteMode.REPLACE));
    assertThat(created.getMessage(), containsString("SQL_ASCII"));
  }

  @Test
  void withoutAnEncodingTextArrivesByteByByte() {
    TestTable table = TestTable.create(unknown, "Texts", "id bigint, first text, offended varchar");
    Runners.DIRECT.publish(
        SampleRows.of(SCHEMA, List.of(1L, "\u00e9  ", "\u20ac ")), table.sink(WriteMode.APPEND));
    assertThat(
        table.rows("id, convert_to(first || offended, 'SQL_ASCII')").get(0).get(1),
        equalTo("\\xc3a92020e282ac20"));
  }
}
