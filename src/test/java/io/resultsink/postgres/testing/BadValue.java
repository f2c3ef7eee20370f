package io.resultsink.postgres.testing;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A value that converts to its column's type in general, and does not fit.
 *
 * @param column the column's definition
 * @param typeInMessage the type as an error is to name it
 * @param old an SQL literal that fits
 * @param good a value of the same field type that fits
 * @param traces what no message may show, since it is the value's
 */
public record BadValue(
    String name,
    String column,
    String typeInMessage,
    String old,
    FieldType type,
    Object good,
    @Nullable Object value,
    List<String> traces) {

  /** Every kind there is. */
  public static Stream<BadValue> all() {
    return Stream.of(
        text("U+0000", "text", "Zq7\u0000Zq7", "Zq7"),
        text("too long", "varchar(5)", "Zq7-too-long", "Zq7").named("character varying(5)"),
        text("blanks that the server would cut", "varchar(5)", "Zq7    ", "Zq7")
            .named("character varying(5)"),
        text("too long for char", "char(5)", "Zq7-too-long", "Zq7").named("character(5)"),
        text("unknown enum label", "results.mood", "Zq7-angry", "Zq7").old("'sad'", "happy"),
        text("invalid jsonb", "jsonb", "{\"Zq7\": ", "Zq7").old("'{}'", "[1]"),
        text("invalid json", "json", "Zq7", "Zq7").old("'{}'", "[1]"),
        text("invalid uuid", "uuid", "Zq7", "Zq7").old("NULL", UUID),
        text("invalid inet", "inet", "Zq7", "Zq7").old("NULL", "10.0.0.1"),
        text("invalid range", "int4range", "Zq7", "Zq7").old("NULL", "[1,3)"),
        text("bits that a cast would cut", "bit(3)", "10101", "10101").old("B'001'", "101"),
        of("beyond integer", "integer", "1", FieldType.INT64, 7L, 9_876_543_210L),
        of("beyond smallint", "smallint", "1", FieldType.INT32, 7, 98_765),
        of("a domain's check", "results.positive", "1", FieldType.INT32, 7, -98_765),
        decimal("rounded", "numeric(10,2)", "31.41592"),
        decimal("beyond the precision", "numeric(5,2)", "98765.43"),
        decimal("beyond bigint", "bigint", "98765432109876543210"),
        decimal("a fraction into an integer", "integer", "31.41592"),
        of("infinity", "numeric(10,2)", "1", FieldType.DOUBLE, 7.0, Double.POSITIVE_INFINITY),
        of("a double rounded", "numeric(10,2)", "1", FieldType.DOUBLE, 7.0, 31.41592),
        of("precision lost", "real", "1", FieldType.DOUBLE, 7.0, 31.415926535897),
        new BadValue(
            "a NULL into NOT NULL",
            "text NOT NULL",
            "text",
            "''",
            FieldType.STRING.withNullable(true),
            "good",
            null,
            List.of()),
        // Their errors are no data exceptions, and quote the value all the same.
        text("no such role", "regrole", "Zq7", "Zq7").old("'sink'", "sink"),
        text("no such type", "regtype", "Zq7", "Zq7").old("'text'", "text"),
        text("no such table", "regclass", "Zq7", "Zq7").old("'pg_class'", "pg_class"),
        text("a word that is too long", "tsvector", "Zq7".repeat(1_000), "Zq7"),
        text("a broken path", "jsonpath", "$ Zq7", "Zq7").old("'$.a'", "$.a"),
        text("a broken search", "tsquery", "Zq7 & & Zq7", "Zq7"),
        of(
            "a day beyond date",
            "date",
            "now()",
            FieldType.logicalType(SqlTypes.DATE),
            LocalDate.of(2026, 11, 22),
            LocalDate.of(6_000_000, 1, 1)),
        of(
                "an instant beyond timestamptz",
                "timestamptz",
                "now()",
                FieldType.logicalType(new MicrosInstant()),
                Instant.EPOCH,
                Instant.parse("+300000-01-01T00:00:00Z"))
            .named("timestamp with time zone"),
        of(
                "a fraction of a second that is lost",
                "timestamptz(0)",
                "now()",
                FieldType.DATETIME,
                new org.joda.time.Instant(1000),
                new org.joda.time.Instant(31_415))
            .named("timestamp(0) with time zone"),
        new BadValue(
            "rounded in an array",
            "numeric(10,2)[]",
            "numeric(10,2)",
            "'{}'",
            FieldType.array(FieldType.DECIMAL),
            List.of(new BigDecimal("1.5")),
            List.of(new BigDecimal("1.5"), new BigDecimal("31.41592")),
            List.of("31.41")),
        new BadValue(
            "too long in an array",
            "varchar(5)[]",
            "character varying(5)",
            "'{}'",
            FieldType.array(FieldType.STRING),
            List.of("good"),
            List.of("Zq7-too-long"),
            List.of("Zq7")));
  }

  private static final String UUID = "6f1c7f0e-9d5e-4a3c-8a54-1f3b8f6d2c11";

  private static BadValue text(String name, String column, String value, String trace) {
    return new BadValue(
        name, column, column, "''", FieldType.STRING, "good", value, List.of(trace));
  }

  private static BadValue decimal(String name, String column, String value) {
    return of(name, column, "1", FieldType.DECIMAL, new BigDecimal("7"), new BigDecimal(value));
  }

  private static BadValue of(
      String name, String column, String old, FieldType type, Object good, Object value) {
    String shown = value.toString();
    // A type's limits may be said, so that only what is the value's alone counts as shown.
    List<String> traces =
        shown.matches(".*\\d.*")
            ? List.of(shown.substring(0, Math.min(5, shown.length())))
            : List.of();
    return new BadValue(name, column, column, old, type, good, value, traces);
  }

  private BadValue named(String typeInMessage) {
    return new BadValue(name, column, typeInMessage, old, type, good, value, traces);
  }

  private BadValue old(String old, String good) {
    return new BadValue(name, column, typeInMessage, old, type, good, value, traces);
  }

  @Override
  public String toString() {
    return name + " into " + column;
  }
}
