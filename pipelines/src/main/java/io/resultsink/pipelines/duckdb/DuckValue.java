package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The conversion of DuckDB's values to values of a row. A value that no row can have is an error.
 */
final class DuckValue {

  private static final LocalDateTime LAST_TIME =
      LocalDateTime.ofEpochSecond(9_223_372_036_854L, 775_000_000, ZoneOffset.UTC);
  private static final LocalDateTime FIRST_TIME =
      LocalDateTime.ofEpochSecond(-9_223_372_036_854L, 0, ZoneOffset.UTC);
  private static final long MICROS_IN_SECOND = 1_000_000;
  private static final long LAST_DAY = Integer.MAX_VALUE - 1L;

  /** A number without a sign, in the text of an interval that also has a negative one. */
  private static final Pattern UNSIGNED = Pattern.compile("(^| )(?=\\d)");

  private DuckValue() {}

  /**
   * Adds a sign to each number, because some settings of a session apply the first sign to all
   * numbers.
   */
  static String interval(String text) {
    return text.contains("-") ? UNSIGNED.matcher(text).replaceAll("$1+") : text;
  }

  static List<@Nullable Object> elements(java.sql.Array array, String kind) throws SQLException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (@Nullable Object element : (Object[]) array.getArray()) {
      elements.add(element(element, kind));
    }
    return elements;
  }

  private static @Nullable Object element(@Nullable Object value, String kind) throws SQLException {
    if (value instanceof java.sql.Array nested) {
      return elements(nested, kind);
    }
    if (value instanceof BigInteger number) {
      return new BigDecimal(number);
    }
    if (value instanceof Byte number) {
      return number.shortValue();
    }
    if (value instanceof LocalDate date) {
      return finite(date);
    }
    if (value instanceof OffsetDateTime time) {
      Instant instant = finite(time);
      return kind.equals("TIMESTAMP WITH TIME ZONE")
          ? instant
          : LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
    if (value instanceof java.sql.Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    if (value instanceof String text) {
      return switch (kind) {
        case "TIMESTAMP_NS" -> wallClock(text);
        case "TIME", "TIME_NS" -> time(text);
        case "BIGNUM" -> new BigDecimal(text);
        default -> text;
      };
    }
    return value;
  }

  /** Returns an array in PostgreSQL's input form, of values without quotes. */
  static String literal(java.sql.Array array, boolean intervals) throws SQLException {
    List<String> elements = new ArrayList<>();
    for (@Nullable Object element : (Object[]) array.getArray()) {
      if (element == null) {
        elements.add("NULL");
      } else if (element instanceof java.sql.Array nested) {
        elements.add(literal(nested, intervals));
      } else {
        String text = intervals ? interval(element.toString()) : element.toString();
        elements.add('"' + text + '"');
      }
    }
    return "{" + String.join(",", elements) + "}";
  }

  static @Nullable String text(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  static @Nullable Object huge(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return value == null ? null : new BigDecimal((BigInteger) value);
  }

  static @Nullable LocalDate date(ResultSet row, int column) throws SQLException {
    // Not read as a LocalDate, because the driver returns 44 AD for 44 BC.
    Object date = row.getObject(column);
    return date == null ? null : finite((LocalDate) date);
  }

  private static LocalDate finite(LocalDate date) {
    if (Math.abs(date.toEpochDay()) >= LAST_DAY) {
      throw new QueryFailedException("it is infinity, which no date of the result can be");
    }
    return date;
  }

  static @Nullable LocalTime time(ResultSet row, int column) throws SQLException {
    try {
      return row.getObject(column, LocalTime.class);
    } catch (DateTimeException e) {
      throw new QueryFailedException("it is 24:00:00, which no time of the result can be");
    }
  }

  private static LocalTime time(String text) {
    if (text.startsWith("24")) {
      throw new QueryFailedException("it is 24:00:00, which no time of the result can be");
    }
    return LocalTime.parse(text);
  }

  private static LocalDateTime wallClock(String text) {
    if (text.endsWith("infinity")) {
      throw new QueryFailedException("it is infinity, which no timestamp of the result can be");
    }
    return LocalDateTime.parse(text.replace(' ', 'T'));
  }

  /** A wall clock of microseconds. */
  static LocalDateTime timestamp(ResultSet row, int column) throws SQLException {
    long micros = micros(row, column);
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, MICROS_IN_SECOND), nanos(micros), ZoneOffset.UTC);
  }

  /** A wall clock of any other precision. */
  static @Nullable LocalDateTime otherTimestamp(ResultSet row, int column) throws SQLException {
    LocalDateTime time = row.getObject(column, LocalDateTime.class);
    return time == null ? null : finite(time);
  }

  static Instant instant(ResultSet row, int column) throws SQLException {
    long micros = micros(row, column);
    return Instant.ofEpochSecond(Math.floorDiv(micros, MICROS_IN_SECOND), nanos(micros));
  }

  /** Since 1970; of a row that has none, 0. The driver's objects take ten times as long to make. */
  private static long micros(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    if (micros == Long.MAX_VALUE || micros == -Long.MAX_VALUE) {
      throw new QueryFailedException("it is infinity, which no timestamp of the result can be");
    }
    return micros;
  }

  private static int nanos(long micros) {
    return (int) Math.floorMod(micros, MICROS_IN_SECOND) * 1000;
  }

  private static Instant finite(OffsetDateTime time) {
    finite(time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
    return time.toInstant();
  }

  private static LocalDateTime finite(LocalDateTime time) {
    if (!time.isBefore(LAST_TIME) || !time.isAfter(FIRST_TIME)) {
      throw new QueryFailedException("it is infinity, which no timestamp of the result can be");
    }
    return time;
  }
}
