package io.resultsink.postgres.internal.column;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Test;

/** What fits another type arrives in existing columns of it; what would be altered is refused. */
class ConversionRoundTripIT extends ColumnRoundTrip {

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
    refused(FieldType.DECIMAL, new BigDecimal("7.5"), "bigint", "not a whole number");
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
    refused(FieldType.DOUBLE, 0.5, "bigint", "not a whole number");
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
}
