package io.resultsink.sql;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** The reader of a column's values, as values of the declared type. */
final class ColumnReader {

  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private ColumnReader() {}

  /** Returns whether a column can be declared with a type and read. */
  static boolean reads(FieldType type) {
    return type.getTypeName() == TypeName.LOGICAL_TYPE
        ? isDate(type) || isTime(type)
        : switch (type.getTypeName()) {
          case STRING, BYTE, INT16, INT32, INT64, FLOAT, DOUBLE, DECIMAL, BOOLEAN, BYTES -> true;
          case DATETIME -> true;
          default -> false;
        };
  }

  /**
   * Reads a value.
   *
   * @throws ArithmeticException if the type would change the value
   */
  static @Nullable Object value(ResultSet row, int column, FieldType type) throws SQLException {
    Object value =
        switch (type.getTypeName()) {
          case STRING -> row.getString(column);
          case BYTE, INT16, INT32, INT64 -> whole(row.getBigDecimal(column), type.getTypeName());
          case FLOAT -> toFloat(row, column);
          case DOUBLE -> toDouble(row, column);
          case DECIMAL -> row.getBigDecimal(column);
          case BOOLEAN -> row.getBoolean(column);
          case BYTES -> row.getBytes(column);
          case DATETIME -> instant(row, column);
          case LOGICAL_TYPE -> isDate(type) ? date(row, column) : time(row, column);
          default -> throw new IllegalStateException("cannot be read: " + type);
        };
    return row.wasNull() ? null : value;
  }

  /** Read as a decimal, because the driver's getLong would cut fractions. */
  private static @Nullable Object whole(@Nullable BigDecimal number, TypeName type) {
    if (number == null) {
      return null;
    }
    return switch (type) {
      case BYTE -> number.byteValueExact();
      case INT16 -> number.shortValueExact();
      case INT32 -> number.intValueExact();
      default -> number.longValueExact();
    };
  }

  private static @Nullable Float toFloat(ResultSet row, int column) throws SQLException {
    String type = row.getMetaData().getColumnTypeName(column);
    if (type.equals("float4")) {
      return row.getFloat(column);
    }
    if (type.equals("float8")) {
      double number = row.getDouble(column);
      require(Double.compare((float) number, number) == 0);
      return (float) number;
    }
    BigDecimal number = finite(row, column);
    if (number == null) {
      return row.getFloat(column);
    }
    float nearest = number.floatValue();
    require(isNearest(number, nearest, Float.toString(nearest)));
    return nearest;
  }

  private static @Nullable Double toDouble(ResultSet row, int column) throws SQLException {
    String type = row.getMetaData().getColumnTypeName(column);
    if (type.equals("float4")) {
      return (double) row.getFloat(column);
    }
    if (type.equals("float8")) {
      return row.getDouble(column);
    }
    BigDecimal number = finite(row, column);
    if (number == null) {
      return row.getDouble(column);
    }
    double nearest = number.doubleValue();
    require(isNearest(number, nearest, Double.toString(nearest)));
    return nearest;
  }

  /** Returns a number; null for NULL, NaN and the infinities, which only the float types have. */
  private static @Nullable BigDecimal finite(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null || NOT_FINITE.contains(text) ? null : row.getBigDecimal(column);
  }

  /**
   * Returns whether a float stands for a number: a fraction such as 0.1 for the float that is
   * written so, a whole number only for its exact value.
   */
  private static boolean isNearest(BigDecimal number, double nearest, String written) {
    if (!Double.isFinite(nearest)) {
      return false;
    }
    boolean whole = number.stripTrailingZeros().scale() <= 0;
    return number.compareTo(new BigDecimal(nearest)) == 0
        || !whole && number.compareTo(new BigDecimal(written)) == 0;
  }

  private static void require(boolean unchanged) {
    if (!unchanged) {
      throw new ArithmeticException();
    }
  }

  /** The driver would cut a timestamp, and has no date for infinity. */
  private static @Nullable LocalDate date(ResultSet row, int column) throws SQLException {
    require(row.getMetaData().getColumnTypeName(column).equals("date"));
    LocalDate date = row.getObject(column, LocalDate.class);
    require(!LocalDate.MAX.equals(date) && !LocalDate.MIN.equals(date));
    return date;
  }

  /** The driver would cut a timestamp, and has no time for 24:00. */
  private static @Nullable LocalTime time(ResultSet row, int column) throws SQLException {
    require(row.getMetaData().getColumnTypeName(column).equals("time"));
    LocalTime time = row.getObject(column, LocalTime.class);
    require(!LocalTime.MAX.equals(time));
    return time;
  }

  /** A {@code timestamp} is the wall clock of UTC, as the sink writes it. */
  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    java.time.Instant instant;
    if (row.getMetaData().getColumnTypeName(column).equals("timestamptz")) {
      OffsetDateTime zoned = row.getObject(column, OffsetDateTime.class);
      instant = zoned == null ? null : zoned.toInstant();
    } else {
      LocalDateTime local = row.getObject(column, LocalDateTime.class);
      instant = local == null ? null : local.toInstant(ZoneOffset.UTC);
    }
    return instant == null ? null : Instant.ofEpochMilli(instant.toEpochMilli());
  }

  private static boolean isDate(FieldType type) {
    return type.isLogicalType(SqlTypes.DATE.getIdentifier());
  }

  private static boolean isTime(FieldType type) {
    return type.isLogicalType(SqlTypes.TIME.getIdentifier());
  }
}
