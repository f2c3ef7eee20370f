package io.resultsink.postgres.internal.column;

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
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.Timestamp;
import org.apache.beam.sdk.schemas.logicaltypes.VariableBytes;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.junit.jupiter.api.Test;

/** What Beam types hold arrives in the columns that are created for them. */
class TypeRoundTripIT extends ColumnRoundTrip {

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
    Duration longest = Duration.ofHours(Integer.MAX_VALUE);
    created(DURATION, longest, "interval", "2147483647:00:00");
    created(DURATION, longest.negated(), "interval", "-2147483647:00:00");
    refused(DURATION, longest.plusNanos(1000), null, "longer than");
    refused(DURATION, Duration.ofSeconds(Long.MIN_VALUE), null, "longer than");
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
}
