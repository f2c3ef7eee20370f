package io.resultsink.postgres.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.copy.CopyBuffer;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.testing.CatalogTypes;
import io.resultsink.postgres.testing.CopyServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.Timestamp;
import org.apache.beam.sdk.schemas.logicaltypes.VariableBytes;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Values go into a column by way of a staging column, and are read back as PostgreSQL shows them.
 */
class TypeRoundTripIT {

  private static final FieldType DATE = FieldType.logicalType(SqlTypes.DATE);
  private static final FieldType TIME = FieldType.logicalType(SqlTypes.TIME);
  private static final FieldType LOCAL = FieldType.logicalType(SqlTypes.DATETIME);
  private static final FieldType MICROS = FieldType.logicalType(new MicrosInstant());
  private static final FieldType NANOS = FieldType.logicalType(new NanosInstant());
  private static final FieldType DURATION = FieldType.logicalType(new NanosDuration());
  private static final FieldType ID = FieldType.logicalType(SqlTypes.UUID);
  private static final FieldType STRINGS = FieldType.array(FieldType.STRING);
  private static final FieldType LONGS = FieldType.array(FieldType.INT64);

  private static CopyServer server;

  @BeforeAll
  static void start() throws SQLException {
    server = CopyServer.start();
    server.execute(
        """
        CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
        CREATE TYPE public."Odd Type" AS ENUM ('a b', 'it''s');
        CREATE TYPE public.pair AS (a integer, b text);
        CREATE DOMAIN public.short_text AS varchar(3);
        CREATE DOMAIN public.shorter_text AS public.short_text CHECK (VALUE <> 'bad');
        CREATE DOMAIN public.price AS numeric(10,2) CHECK (VALUE >= 0);
        CREATE DOMAIN public.mood_domain AS public.mood;
        CREATE DOMAIN public.flags AS bit(3);
        CREATE DOMAIN public.longs AS bigint[];
        """);
  }

  @AfterAll
  static void stop() throws SQLException, IOException {
    server.close();
  }

  @Test
  void createdTypesHoldWhatTheirBeamTypeHolds() throws SQLException {
    created(FieldType.BOOLEAN, true, "boolean", "true");
    created(FieldType.BYTE, Byte.MIN_VALUE, "smallint", "-128");
    created(FieldType.INT16, Short.MIN_VALUE, "smallint", "-32768");
    created(FieldType.INT16, Short.MAX_VALUE, "smallint", "32767");
    created(FieldType.INT32, Integer.MIN_VALUE, "integer", "-2147483648");
    created(FieldType.INT32, Integer.MAX_VALUE, "integer", "2147483647");
    created(FieldType.INT64, Long.MIN_VALUE, "bigint", "-9223372036854775808");
    created(FieldType.INT64, Long.MAX_VALUE, "bigint", "9223372036854775807");
    created(FieldType.FLOAT, 0.1f, "real", "0.1");
    created(FieldType.FLOAT, Float.NaN, "real", "NaN");
    created(FieldType.FLOAT, Float.MIN_VALUE, "real", "1e-45");
    created(FieldType.DOUBLE, -0.0, "double precision", "-0");
    created(FieldType.DOUBLE, Double.MAX_VALUE, "double precision", "1.7976931348623157e+308");
    created(FieldType.DOUBLE, Double.MIN_VALUE, "double precision", "5e-324");
    created(FieldType.DOUBLE, Double.NaN, "double precision", "NaN");
    created(FieldType.DOUBLE, Double.POSITIVE_INFINITY, "double precision", "Infinity");
    created(FieldType.DOUBLE, Double.NEGATIVE_INFINITY, "double precision", "-Infinity");
    created(FieldType.STRING, "", "text", "");
    created(
        FieldType.STRING,
        "gr\u00fc\u00df \u20ac \ud83d\ude00 \t\n\\",
        "text",
        "gr\u00fc\u00df \u20ac \ud83d\ude00 \t\n\\");
    created(FieldType.BYTES, new byte[] {0, -1, 10}, "bytea", "\\x00ff0a");
    created(FieldType.BYTES, new byte[0], "bytea", "\\x");
    created(
        ID,
        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
        "uuid",
        "00112233-4455-6677-8899-aabbccddeeff");
    created(
        FieldType.logicalType(VariableString.of(3)),
        "a\ud83d\ude00b",
        "character varying(3)",
        "a\ud83d\ude00b");
    created(FieldType.logicalType(VariableString.of(Integer.MAX_VALUE)), "abc", "text", "abc");
    created(FieldType.logicalType(FixedString.of(3)), "abc", "character(3)", "abc");
    created(FieldType.logicalType(VariableBytes.of(3)), new byte[] {1}, "bytea", "\\x01");
    created(FieldType.logicalType(FixedBytes.of(1)), new byte[] {1}, "bytea", "\\x01");
    EnumerationType colours = EnumerationType.create("RED", "GREEN");
    created(FieldType.logicalType(colours), colours.valueOf("GREEN"), "text", "GREEN");
  }

  @Test
  void decimalsKeepTheirDigits() throws SQLException {
    for (String number :
        List.of(
            "0",
            "0.000",
            "1",
            "-1",
            "10000",
            "9999",
            "1.10",
            "-0.0001",
            "0.00001",
            "12345678901234567.8901",
            "123456789012345678",
            "-999999999999999999",
            "0.999999999999999999",
            "100000000",
            "1234567890123456789012345678901234567890.12345678901234567890",
            "1" + "0".repeat(1000),
            "0." + "0".repeat(1000) + "1",
            "10000.0001",
            "99990000.00009999")) {
      created(FieldType.DECIMAL, new BigDecimal(number), "numeric", number);
    }
    created(FieldType.DECIMAL, new BigDecimal("1E+5"), "numeric", "100000");
    created(FieldType.DECIMAL, new BigDecimal("-12E+7"), "numeric", "-120000000");
    created(FieldType.DECIMAL, new BigDecimal("0E+5"), "numeric", "0");
    created(FieldType.DECIMAL, new BigDecimal("1E+131071"), "numeric", "1" + "0".repeat(131071));
    created(
        FieldType.DECIMAL, new BigDecimal("1E-16383"), "numeric", "0." + "0".repeat(16382) + "1");
    created(
        FieldType.logicalType(FixedPrecisionNumeric.of(10, 2)),
        new BigDecimal("1.5000"),
        "numeric(10,2)",
        "1.50");
    created(
        FieldType.logicalType(FixedPrecisionNumeric.of(0, 0)),
        new BigDecimal("1.5"),
        "numeric",
        "1.5");
    refused(
        FieldType.logicalType(FixedPrecisionNumeric.of(10, 2)),
        new BigDecimal("1.005"),
        null,
        "more than 2 digits after");
    refused(FieldType.DECIMAL, new BigDecimal("1E+131072"), null, "more than 131072 digits before");
    refused(FieldType.DECIMAL, new BigDecimal("1E-16384"), null, "more than 16383 digits after");
  }

  @Test
  void datesAndTimesKeepTheirMicroseconds() throws SQLException {
    created(DATE, LocalDate.of(2000, 1, 1), "date", "2000-01-01");
    created(DATE, LocalDate.of(1969, 12, 31), "date", "1969-12-31");
    created(DATE, LocalDate.of(-4713, 11, 24), "date", "4714-11-24 BC");
    created(DATE, LocalDate.of(0, 2, 29), "date", "0001-02-29 BC");
    created(DATE, LocalDate.of(5874897, 12, 31), "date", "5874897-12-31");
    refused(DATE, LocalDate.of(-4713, 11, 23), null, "out of range");
    refused(DATE, LocalDate.of(5874898, 1, 1), null, "out of range");
    created(TIME, LocalTime.MIDNIGHT, "time without time zone", "00:00:00");
    created(
        TIME, LocalTime.of(23, 59, 59, 999_999_000), "time without time zone", "23:59:59.999999");
    refused(TIME, LocalTime.of(0, 0, 0, 1), null, "nanoseconds");
    created(
        LOCAL,
        LocalDateTime.of(1582, 10, 10, 1, 2, 3, 4_000),
        "timestamp without time zone",
        "1582-10-10 01:02:03.000004");
    created(
        LOCAL,
        LocalDateTime.of(-4713, 11, 24, 0, 0),
        "timestamp without time zone",
        "4714-11-24 00:00:00 BC");
    created(
        LOCAL,
        LocalDateTime.of(294276, 12, 31, 23, 59, 59, 999_999_000),
        "timestamp without time zone",
        "294276-12-31 23:59:59.999999");
    refused(LOCAL, LocalDateTime.of(294277, 1, 1, 0, 0), null, "out of range");
    refused(LOCAL, LocalDateTime.MAX, null, "out of range");
    refused(LOCAL, LocalDateTime.MIN, null, "out of range");
    created(
        FieldType.DATETIME,
        org.joda.time.Instant.ofEpochMilli(-1),
        "timestamp with time zone",
        "1969-12-31 23:59:59.999+00");
    refused(
        FieldType.DATETIME,
        org.joda.time.Instant.ofEpochMilli(Long.MAX_VALUE),
        null,
        "out of range");
    created(
        MICROS,
        Instant.parse("2026-03-29T01:30:00.123456Z"),
        "timestamp with time zone",
        "2026-03-29 01:30:00.123456+00");
    created(
        MICROS,
        Instant.parse("-0001-01-01T00:00:00Z"),
        "timestamp with time zone",
        "0002-01-01 00:00:00+00 BC");
    refused(MICROS, Instant.MAX, null, "out of range");
    refused(MICROS, Instant.MIN, null, "out of range");
    created(
        NANOS,
        Instant.parse("1600-01-01T00:00:00.000001Z"),
        "timestamp with time zone",
        "1600-01-01 00:00:00.000001+00");
    refused(NANOS, Instant.parse("1600-01-01T00:00:00.000000001Z"), null, "nanoseconds");
    created(
        FieldType.logicalType(Timestamp.of(9)),
        Instant.parse("2026-01-01T00:00:00.5Z"),
        "timestamp with time zone",
        "2026-01-01 00:00:00.5+00");
    created(DURATION, Duration.ofMillis(-1500), "interval", "-00:00:01.5");
    created(DURATION, Duration.ofDays(40), "interval", "960:00:00");
    created(
        DURATION,
        Duration.ofSeconds(Long.MAX_VALUE / 1_000_000, 775_807_000),
        "interval",
        "2562047788:00:54.775807");
    created(
        DURATION,
        Duration.ofSeconds(Math.floorDiv(Long.MIN_VALUE, 1_000_000), 224_192_000),
        "interval",
        "-2562047788:00:54.775808");
    refused(
        DURATION, Duration.ofSeconds(Long.MAX_VALUE / 1_000_000, 775_808_000), null, "longer than");
    refused(DURATION, Duration.ofNanos(1), null, "nanoseconds");
  }

  @Test
  void arraysKeepTheirShape() throws SQLException {
    created(LONGS, List.of(), "bigint[]", "{}");
    created(LONGS, Arrays.asList(1L, null, -3L), "bigint[]", "{1,NULL,-3}");
    created(
        STRINGS,
        Arrays.asList("a,b", "", "NULL", null, "\"\\"),
        "text[]",
        "{\"a,b\",\"\",\"NULL\",NULL,\"\\\"\\\\\"}");
    FieldType nested = FieldType.array(LONGS);
    created(nested, List.of(List.of(1L, 2L), List.of(3L, 4L)), "bigint[]", "{{1,2},{3,4}}");
    created(nested, List.of(), "bigint[]", "{}");
    created(
        FieldType.array(nested),
        List.of(List.of(Arrays.asList(1L, null))),
        "bigint[]",
        "{{{1,NULL}}}");
    refused(nested, List.of(List.of(1L), List.of(3L, 4L)), null, "different lengths");
    refused(nested, List.of(List.of(), List.of()), null, "empty");
    refused(nested, Arrays.asList(List.of(1L), null), null, "NULL");
    created(
        FieldType.iterable(FieldType.DECIMAL),
        List.of(new BigDecimal("1.50")),
        "numeric[]",
        "{1.50}");
    created(
        FieldType.array(FieldType.DATETIME),
        List.of(new org.joda.time.Instant(0)),
        "timestamp with time zone[]",
        "{\"1970-01-01 00:00:00+00\"}");
    created(
        FieldType.array(FieldType.logicalType(VariableString.of(2))),
        List.of("ab"),
        "character varying(2)[]",
        "{ab}");
    created(
        FieldType.array(FieldType.map(FieldType.STRING, FieldType.INT32)),
        List.of(Map.of("a", 1)),
        "jsonb[]",
        "{\"{\\\"a\\\": 1}\"}");
    into(LONGS, List.of(1L, 2L), "integer[]", "{1,2}");
    into(LONGS, List.of(1L), "numeric(10,2)[]", "{1.00}");
    into(LONGS, List.of(1L, 2L), "jsonb", "[1, 2]");
    into(LONGS, List.of(1L, 2L), "public.longs", "{1,2}");
    into(STRINGS, Arrays.asList("ok", null), "public.mood[]", "{ok,NULL}");
    into(STRINGS, List.of(), "public.mood[]", "{}");
    into(
        FieldType.array(STRINGS),
        List.of(List.of("ok"), List.of("sad")),
        "public.mood[]",
        "{{ok},{sad}}");
    into(STRINGS, Arrays.asList("101", null), "bit(3)[]", "{101,NULL}");
    into(
        FieldType.array(STRINGS),
        List.of(List.of("101", "111"), List.of("000", "001")),
        "bit(3)[]",
        "{{101,111},{000,001}}");
    into(STRINGS, List.of(), "bit(3)[]", "{}");
    rejected(STRINGS, List.of("1011"), "bit(3)[]", "22026");
    into(STRINGS, Arrays.asList("abc", null), "public.short_text[]", "{abc,NULL}");
    into(STRINGS, List.of("101"), "public.flags[]", "{101}");
    rejected(STRINGS, List.of("1011"), "public.flags[]", "22026");
    rejected(STRINGS, List.of("bad"), "public.shorter_text[]", "23514");
    refused(STRINGS, List.of("abcd"), "public.short_text[]", "more than 3 characters");
  }

  @Test
  void documentsAreJson() throws SQLException {
    Schema inner =
        Schema.builder()
            .addNullableField("n", FieldType.DECIMAL)
            .addField("b", FieldType.BYTES)
            .build();
    Row row = Row.withSchema(inner).addValues(new BigDecimal("1.10"), new byte[] {1, 2}).build();
    created(FieldType.row(inner), row, "jsonb", "{\"b\": \"AQI=\", \"n\": 1.10}");
    into(FieldType.row(inner), row, "json", "{\"n\":1.10,\"b\":\"AQI=\"}");
    into(FieldType.row(inner), row, "text", "{\"n\":1.10,\"b\":\"AQI=\"}");
    created(FieldType.map(FieldType.INT32, LONGS), Map.of(7, List.of(1L)), "jsonb", "{\"7\": [1]}");
    OneOfType oneOf =
        OneOfType.create(
            Schema.Field.of("i", FieldType.INT32), Schema.Field.of("s", FieldType.STRING));
    created(FieldType.logicalType(oneOf), oneOf.createValue("s", "x"), "jsonb", "{\"s\": \"x\"}");
    refused(
        FieldType.map(FieldType.STRING, FieldType.DOUBLE), Map.of("a", Double.NaN), null, "NaN");
    into(FieldType.STRING, " {\"a\": 1e2}", "json", " {\"a\": 1e2}");
    into(FieldType.STRING, " {\"a\": 1e2}", "jsonb", "{\"a\": 100}");
    into(FieldType.STRING, "\"\\ud83d\\ude00\"", "jsonb", "\"\ud83d\ude00\"");
    for (String broken :
        List.of(
            "",
            " ",
            "{",
            "{'a':1}",
            "1 2",
            "[1,]",
            "01",
            "nul",
            "NaN",
            "\"\u0001\"",
            "\ufeff1",
            "\"\\x\"",
            "-",
            "1.")) {
      refused(FieldType.STRING, broken, "json", "no valid JSON");
      refused(FieldType.STRING, broken, "jsonb", "no valid JSON");
    }
    refused(FieldType.STRING, "\"\\u0000\"", "jsonb", "U+0000");
    into(FieldType.STRING, "\"\\u0000\"", "json", "\"\\u0000\"");
    refused(FieldType.STRING, "\"\\ud83d\"", "jsonb", "surrogate");
    refused(FieldType.STRING, "{\"a\":1,\"a\":2}", "jsonb", "name twice");
    refused(FieldType.STRING, "1e131072", "jsonb", "jsonb cannot hold");
    into(FieldType.STRING, "1e131071", "jsonb", "1" + "0".repeat(131071));
    refused(FieldType.STRING, "[".repeat(1001) + "]".repeat(1001), "jsonb", "nested");
    into(
        FieldType.STRING,
        "[".repeat(1000) + "]".repeat(1000),
        "jsonb",
        "[".repeat(1000) + "]".repeat(1000));
  }

  @Test
  void numbersFitWhereNothingIsLost() throws SQLException {
    into(FieldType.INT64, 32767L, "smallint", "32767");
    refused(FieldType.INT64, 32768L, "smallint", "out of range");
    refused(FieldType.INT64, 1L << 31, "integer", "out of range");
    into(FieldType.INT32, 5, "numeric(3,1)", "5.0");
    refused(FieldType.INT32, 100, "numeric(3,1)", "more than 2 digits before");
    into(FieldType.INT64, 1L << 53, "double precision", "9.007199254740992e+15");
    refused(FieldType.INT64, (1L << 53) + 1, "double precision", "rounded");
    refused(FieldType.INT64, Long.MAX_VALUE, "double precision", "rounded");
    into(FieldType.INT64, Long.MIN_VALUE, "real", "-9.223372e+18");
    refused(FieldType.INT32, (1 << 24) + 1, "real", "rounded");
    into(FieldType.INT64, 12L, "text", "12");
    into(FieldType.DECIMAL, new BigDecimal("7.000"), "bigint", "7");
    refused(FieldType.DECIMAL, new BigDecimal("7.5"), "bigint", "no whole number");
    refused(FieldType.DECIMAL, new BigDecimal("9223372036854775808"), "bigint", "out of range");
    refused(FieldType.DECIMAL, new BigDecimal("1E+1000000000"), "bigint", "out of range");
    into(FieldType.DECIMAL, new BigDecimal("0.1"), "double precision", "0.1");
    into(FieldType.DECIMAL, new BigDecimal("0.1"), "real", "0.1");
    refused(
        FieldType.DECIMAL, new BigDecimal("0.12345678901234567891"), "double precision", "rounded");
    refused(FieldType.DECIMAL, new BigDecimal("1E+400"), "double precision", "rounded");
    refused(FieldType.DECIMAL, new BigDecimal("1E-400"), "double precision", "rounded");
    into(FieldType.DECIMAL, new BigDecimal("1.50"), "text", "1.50");
    into(FieldType.DOUBLE, 12.34, "numeric(10,2)", "12.34");
    refused(FieldType.DOUBLE, 0.1 + 0.2, "numeric(10,2)", "more than 2 digits after");
    into(FieldType.FLOAT, 0.1f, "numeric", "0.1");
    into(FieldType.DOUBLE, Double.NaN, "numeric(10,2)", "NaN");
    into(FieldType.DOUBLE, Double.NEGATIVE_INFINITY, "numeric", "-Infinity");
    into(FieldType.FLOAT, Float.POSITIVE_INFINITY, "numeric", "Infinity");
    refused(FieldType.DOUBLE, Double.POSITIVE_INFINITY, "numeric(10,2)", "infinity");
    into(FieldType.DOUBLE, 1e15, "bigint", "1000000000000000");
    refused(FieldType.DOUBLE, 0.5, "bigint", "no whole number");
    refused(FieldType.DOUBLE, 0x1p63, "bigint", "out of range");
    refused(FieldType.DOUBLE, Double.NaN, "bigint", "NaN");
    into(FieldType.DOUBLE, 0.5, "real", "0.5");
    refused(FieldType.DOUBLE, 0.1, "real", "rounded");
    refused(FieldType.DOUBLE, 1e39, "real", "rounded");
    into(FieldType.DOUBLE, Double.NaN, "real", "NaN");
    into(FieldType.DOUBLE, Double.POSITIVE_INFINITY, "real", "Infinity");
    into(FieldType.FLOAT, 0.1f, "double precision", "0.10000000149011612");
    into(FieldType.DECIMAL, new BigDecimal("999.99"), "public.price", "999.99");
    refused(FieldType.DECIMAL, new BigDecimal("1.001"), "public.price", "more than 2 digits after");
    rejected(FieldType.DECIMAL, new BigDecimal("-1"), "public.price", "23514");
  }

  @Test
  void modifiersRefuseWhatTheServerWouldCut() throws SQLException {
    into(FieldType.STRING, "abc", "varchar(3)", "abc");
    into(FieldType.STRING, "ab", "char(3)", "ab ");
    refused(FieldType.STRING, "abc ", "varchar(3)", "more than 3 characters");
    refused(FieldType.STRING, "abc ", "char(3)", "more than 3 characters");
    into(FieldType.STRING, "abc", "public.shorter_text", "abc");
    refused(FieldType.STRING, "abcd", "public.shorter_text", "more than 3 characters");
    rejected(FieldType.STRING, "bad", "public.shorter_text", "23514");
    into(FieldType.STRING, "n".repeat(63), "name", "n".repeat(63));
    refused(FieldType.STRING, "\u00fc".repeat(32), "name", "more than 63 bytes");
    into(FieldType.STRING, "x", "\"char\"", "x");
    into(FieldType.STRING, "", "\"char\"", "");
    refused(FieldType.STRING, "xy", "\"char\"", "more than one byte");
    refused(FieldType.STRING, "a\0b", "text", "U+0000");
    refused(FieldType.STRING, "\ud83d", "text", "surrogate");
    into(
        LOCAL,
        LocalDateTime.of(2026, 1, 1, 0, 0, 0, 120_000_000),
        "timestamp(2)",
        "2026-01-01 00:00:00.12");
    refused(
        LOCAL,
        LocalDateTime.of(2026, 1, 1, 0, 0, 0, 125_000_000),
        "timestamp(2)",
        "more than 2 digits");
    refused(
        MICROS, Instant.parse("2026-01-01T00:00:00.5Z"), "timestamptz(0)", "more than 0 digits");
    refused(
        MICROS, Instant.parse("1926-01-01T00:00:00.5Z"), "timestamptz(0)", "more than 0 digits");
    refused(TIME, LocalTime.of(1, 1, 1, 1_000), "time(5)", "more than 5 digits");
    into(DURATION, Duration.ofMillis(1500), "interval(1)", "00:00:01.5");
    refused(DURATION, Duration.ofMillis(1250), "interval(1)", "more than 1 digits");
    into(DURATION, Duration.ofMillis(1500), "interval day to second(1)", "00:00:01.5");
    into(DURATION, Duration.ofHours(50), "interval second", "50:00:00");
    into(FieldType.DECIMAL, new BigDecimal("12.30"), "numeric(3,1)", "12.3");
  }

  @Test
  void timesBecomeEachOtherWhereNothingIsLost() throws SQLException {
    into(MICROS, Instant.parse("2026-06-01T12:00:00Z"), "timestamp", "2026-06-01 12:00:00");
    into(DATE, LocalDate.of(2026, 6, 1), "timestamp", "2026-06-01 00:00:00");
    into(
        FieldType.DATETIME,
        org.joda.time.Instant.parse("2026-06-01T00:00:00Z"),
        "date",
        "2026-06-01");
    refused(
        FieldType.DATETIME,
        org.joda.time.Instant.parse("2026-06-01T18:30:00Z"),
        "date",
        "midnight");
    into(LOCAL, LocalDateTime.of(2026, 6, 1, 0, 0), "date", "2026-06-01");
    into(FieldType.STRING, "10:15:30.5+01:30", "timetz", "10:15:30.5+01:30");
    refused(FieldType.STRING, "10:15", "timetz", "offset");
  }

  @Test
  void otherTypesTakeText() throws SQLException {
    into(FieldType.STRING, "happy", "public.mood", "happy");
    into(FieldType.STRING, "it's", "public.\"Odd Type\"", "it's");
    into(FieldType.STRING, "ok", "public.mood_domain", "ok");
    rejected(FieldType.STRING, "angry", "public.mood", "22P02");
    into(FieldType.STRING, "101", "bit(3)", "101");
    rejected(FieldType.STRING, "1011", "bit(3)", "22026");
    rejected(FieldType.STRING, "10", "bit(3)", "22026");
    into(FieldType.STRING, "10", "varbit(3)", "10");
    rejected(FieldType.STRING, "1011", "varbit(3)", "22001");
    into(FieldType.STRING, "1011", "varbit", "1011");
    into(FieldType.STRING, "101", "public.flags", "101");
    rejected(FieldType.STRING, "1011", "public.flags", "22026");
    into(FieldType.STRING, "10.0.0.1", "inet", "10.0.0.1/32");
    into(FieldType.STRING, "[1,5)", "int4range", "[1,5)");
    into(FieldType.STRING, "{[1,5),[7,8)}", "int4multirange", "{[1,5),[7,8)}");
    into(FieldType.STRING, "(1,2)", "point", "(1,2)");
    into(FieldType.STRING, "(1,\"a b\")", "public.pair", "(1,\"a b\")");
    into(FieldType.STRING, "'a':1 'b'", "tsvector", "'a':1 'b'");
    into(FieldType.STRING, "1 2", "int2vector", "1 2");
    into(FieldType.STRING, "pg_class", "regclass", "pg_class");
    into(
        FieldType.STRING,
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "uuid",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    into(
        FieldType.STRING,
        "{a0eebc999c0b-4ef8-bb6d6bb9bd380a11}",
        "uuid",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    refused(FieldType.STRING, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "uuid", "no UUID");
    EnumerationType moods = EnumerationType.create("sad", "happy");
    into(FieldType.logicalType(moods), moods.valueOf("sad"), "public.mood", "sad");
    for (String extension : List.of("citext", "hstore")) {
      if (!server
          .query("SELECT name FROM pg_available_extensions WHERE name = '" + extension + "'")
          .isEmpty()) {
        server.execute("CREATE EXTENSION " + extension + " SCHEMA public");
        into(
            FieldType.STRING,
            extension.equals("hstore") ? "\"a\"=>\"b\"" : "Ab",
            "public." + extension,
            extension.equals("hstore") ? "\"a\"=>\"b\"" : "Ab");
      }
    }
  }

  @Test
  void nullIsNullUnlessTheColumnRefusesIt() throws SQLException {
    for (String type :
        List.of("integer", "text", "public.mood", "bit(3)", "public.price", "jsonb")) {
      FieldType field =
          type.equals("integer")
              ? FieldType.INT32
              : type.equals("public.price") ? FieldType.DECIMAL : FieldType.STRING;
      into(field, null, type, null);
      refused(field, null, type + " NOT NULL", "NULL");
    }
  }

  /** In a table that the sink creates. */
  private static void created(FieldType field, Object value, String type, String shown)
      throws SQLException {
    Columns columns = Columns.ofResult(schema(field));
    assertThat(columns.columns().get(0).type(), is(type));
    server.execute("CREATE TABLE public.target (" + columns.definitions() + ")");
    try {
      // What the catalog calls the type is what the sink called it, so the two can be compared.
      List<TargetColumn> now = new CatalogTypes(server).columns("public.target");
      assertThat(now.get(0).type().sql(), is(type));
      assertThat(columns.differences(Columns.match(schema(field), now).columns()), is(empty()));
      publish(columns, field, value);
      assertThat(type, server.query("SELECT v::text FROM public.target"), contains(shown));
    } finally {
      server.execute("DROP TABLE public.target");
    }
  }

  /** Into a column of a table that exists. */
  private static void into(
      FieldType field, @Nullable Object value, String type, @Nullable String shown)
      throws SQLException {
    server.execute("CREATE TABLE public.target (v " + type + ")");
    try {
      publish(matched(field), field, value);
      String text = type.startsWith("char(") ? "pg_catalog.format('%s', v)" : "v::text";
      assertThat(type, server.query("SELECT " + text + " FROM public.target"), contains(shown));
    } finally {
      server.execute("DROP TABLE public.target");
    }
  }

  /**
   * Refused before it is sent, in an existing column or, when {@code type} is null, a created one.
   */
  private static void refused(
      FieldType field, @Nullable Object value, @Nullable String type, String reason)
      throws SQLException {
    Columns columns;
    if (type == null) {
      columns = Columns.ofResult(schema(field));
    } else {
      server.execute("CREATE TABLE public.target (v " + type + ")");
      try {
        columns = matched(field);
      } finally {
        server.execute("DROP TABLE public.target");
      }
    }
    UnencodableValueException refusal =
        assertThrows(UnencodableValueException.class, () -> encode(columns, field, value), type);
    assertThat(refusal.getMessage(), containsString(reason));
  }

  /** Refused by the server while publishing. */
  private static void rejected(FieldType field, Object value, String type, String sqlState)
      throws SQLException {
    server.execute("CREATE TABLE public.target (v " + type + ")");
    try {
      Columns columns = matched(field);
      SQLException refusal =
          assertThrows(SQLException.class, () -> publish(columns, field, value), type);
      assertThat(refusal.getMessage(), refusal.getSQLState(), is(sqlState));
      assertThat(server.query("SELECT v FROM public.target"), is(empty()));
    } finally {
      server.execute("DROP TABLE public.target; DROP TABLE IF EXISTS public.staging");
    }
  }

  private static Columns matched(FieldType field) throws SQLException {
    ColumnMatch match =
        Columns.match(schema(field), new CatalogTypes(server).columns("public.target"));
    assertThat(match.problems(), is(empty()));
    return match.columns();
  }

  private static void publish(Columns columns, FieldType field, @Nullable Object value)
      throws SQLException {
    server.execute("CREATE TABLE public.staging (" + columns.stagedDefinitions() + ")");
    CopyBuffer buffer = encode(columns, field, value);
    assertThat(
        server.copy("public.staging", columns.names(), buffer.array(), buffer.size()), is(1L));
    server.execute(
        "INSERT INTO public.target ("
            + columns.names()
            + ") SELECT "
            + columns.published()
            + " FROM public.staging");
    server.execute("DROP TABLE public.staging");
  }

  private static CopyBuffer encode(Columns columns, FieldType field, @Nullable Object value) {
    CopyBuffer buffer = new CopyBuffer(0);
    SchemaRowEncoder encoder = columns.encoder();
    encoder.header(buffer);
    encoder.row(Row.withSchema(schema(field)).attachValues(Arrays.asList(value)), buffer);
    encoder.trailer(buffer);
    return buffer;
  }

  private static Schema schema(FieldType field) {
    return Schema.builder().addNullableField("v", field).build();
  }
}
