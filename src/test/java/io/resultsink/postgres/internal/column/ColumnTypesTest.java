package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.PassThroughLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UnknownLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class ColumnTypesTest {

  @Test
  void documentedTable() {
    Map<String, String> created =
        ColumnTypes.documented().stream()
            .collect(Collectors.toMap(DocumentedType::beamTypes, DocumentedType::createdAs));
    assertThat(created.get("BYTE, INT16"), is("smallint"));
    assertThat(created.get("FixedPrecisionNumeric(10, 2)"), is("numeric(10,2)"));
    assertThat(created.get("ARRAY, ITERABLE, here of INT64"), is("bigint[]"));
    Map<String, String> accepted =
        ColumnTypes.documented().stream()
            .collect(Collectors.toMap(DocumentedType::beamTypes, DocumentedType::alsoAcceptedBy));
    assertThat(accepted.get("BOOLEAN"), is(""));
    assertThat(
        accepted.get("INT64"),
        is(
            "smallint, integer, numeric, real, double precision, text, varchar(n), char(n), name,"
                + " citext"));
    assertThat(
        accepted.get("STRING, EnumerationType (its name), PythonCallable"),
        is(
            "varchar(n), char(n), name, \"char\", time with time zone, uuid, json, jsonb,"
                + " citext, other types"));
    assertThat(accepted.get("SqlTypes.DATETIME"), is("date"));
    assertThat(accepted.get("MAP, ROW, OneOfType"), is("text, json"));
  }

  @Test
  void lengthsThatNoServerHasAreLeftOut() {
    assertThat(created(VariableString.of(0)), is("text"));
    assertThat(created(VariableString.of(10_485_760)), is("character varying(10485760)"));
    assertThat(created(VariableString.of(10_485_761)), is("text"));
    assertThat(created(FixedString.of(-1)), is("text"));
    assertThat(created(FixedPrecisionNumeric.of(2)), is("numeric"));
    assertThat(created(FixedPrecisionNumeric.of(1001, 2)), is("numeric"));
    assertThat(created(FixedPrecisionNumeric.of(3, -2)), is("numeric"));
    assertThat(created(FixedPrecisionNumeric.of(3, 4)), is("numeric"));
  }

  @Test
  void jdbcDatesAndTimesAreWhatTheyAreCalled() {
    assertThat(created(jdbc("DATE", FieldType.DATETIME)), is("date"));
    assertThat(created(jdbc("TIME", FieldType.DATETIME)), is("time without time zone"));
    assertThat(
        created(jdbc("TIMESTAMP_WITH_TIMEZONE", FieldType.DATETIME)),
        is("timestamp with time zone"));
    assertThat(created(jdbc("OTHER", FieldType.STRING)), is("text"));
    assertThat(created(jdbc("DATE", FieldType.STRING)), is("text"));
    FieldMapping date = ColumnTypes.of(FieldType.logicalType(jdbc("DATE", FieldType.DATETIME)));
    assertThat(date.read(Instant.parse("2026-06-01T00:00:00Z")).toString(), is("2026-06-01"));
    FieldMapping time = ColumnTypes.of(FieldType.logicalType(jdbc("TIME", FieldType.DATETIME)));
    assertThat(time.read(Instant.parse("1970-01-01T10:15:30Z")).toString(), is("10:15:30"));
  }

  /** As Java's Beam has the types of another language: a name, and the base type's values. */
  @Test
  void aTypeOfWhichJavaHasTheNameIsWhatItIsCalled() {
    FieldMapping date = named(SqlTypes.DATE.getIdentifier(), FieldType.INT64);
    assertThat(date.created().sql(), is("date"));
    assertThat(date.read(-3652L), is(LocalDate.of(1960, 1, 2)));
    FieldMapping time = named(SqlTypes.TIME.getIdentifier(), FieldType.INT64);
    assertThat(time.created().sql(), is("time without time zone"));
    assertThat(time.read(1_000L), is(LocalTime.of(0, 0, 0, 1_000)));
    assertThrows(RefusedValueException.class, () -> time.read(-1L));
    UUID uuid = new UUID(1, 2);
    FieldMapping ofUuid = named(SqlTypes.UUID.getIdentifier(), SqlTypes.UUID.getBaseType());
    assertThat(ofUuid.created().sql(), is("uuid"));
    assertThat(ofUuid.read(SqlTypes.UUID.toBaseType(uuid)), is(uuid));
    LocalDateTime wall = LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6_000);
    assertThat(
        named(SqlTypes.DATETIME.getIdentifier(), SqlTypes.DATETIME.getBaseType())
            .read(SqlTypes.DATETIME.toBaseType(wall)),
        is(wall));

    FieldMapping pythonDate = named("beam:logical_type:javasdk_date:v1", FieldType.DATETIME);
    assertThat(pythonDate.created().sql(), is("date"));
    assertThat(pythonDate.read(Instant.parse("2026-06-01T00:00:00Z")).toString(), is("2026-06-01"));
    FieldMapping pythonTime = named("beam:logical_type:javasdk_time:v1", FieldType.DATETIME);
    assertThat(pythonTime.created().sql(), is("time without time zone"));

    assertThat(
        named(SqlTypes.DATE.getIdentifier(), FieldType.INT32).created().sql(), is("integer"));
    assertThat(named("some:other:type", FieldType.INT64).created().sql(), is("bigint"));
  }

  @Test
  void aTypeOfOnesOwnIsADocumentWhenItsBaseTypeIs() {
    FieldType row = FieldType.row(Schema.builder().addInt32Field("a").build());
    for (FieldType base : List.of(row, FieldType.map(FieldType.STRING, row))) {
      assertThat(named("some:other:type", base).created().sql(), is("jsonb"));
      FieldType array =
          FieldType.array(
              FieldType.logicalType(
                  new UnknownLogicalType<>("a:b", new byte[0], FieldType.STRING, "", base)));
      assertThat(ColumnTypes.of(array).created().sql(), is("jsonb[]"));
    }
  }

  @Test
  void whatHasNoTypeIsRefused() {
    FieldType type = FieldType.INT32;
    for (int i = 0; i < 7; i++) {
      type = FieldType.array(type);
    }
    FieldType deep = type;
    assertThat(
        assertThrows(RefusedTypeException.class, () -> ColumnTypes.of(deep)).reason(),
        containsString("nested more than 6 deep"));
    FieldType keys = FieldType.map(FieldType.array(FieldType.STRING), FieldType.STRING);
    assertThat(
        assertThrows(RefusedTypeException.class, () -> ColumnTypes.of(keys)).reason(),
        containsString("keys"));
  }

  private static String created(Schema.LogicalType<?, ?> type) {
    return ColumnTypes.of(FieldType.logicalType(type)).created().sql();
  }

  private static FieldMapping named(String name, FieldType base) {
    return ColumnTypes.of(
        FieldType.logicalType(
            new UnknownLogicalType<>(name, new byte[0], FieldType.STRING, "", base)));
  }

  private static PassThroughLogicalType<Instant> jdbc(String name, FieldType base) {
    return new PassThroughLogicalType<>(name, FieldType.STRING, "", base) {};
  }
}
