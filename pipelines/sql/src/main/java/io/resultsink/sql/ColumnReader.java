package io.resultsink.sql;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** The reader of a column's values, as values of the declared type. */
final class ColumnReader {

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
   * @throws ArithmeticException for a number that is not whole or out of range of a whole type
   */
  static @Nullable Object value(ResultSet row, int column, FieldType type) throws SQLException {
    Object value =
        switch (type.getTypeName()) {
          case STRING -> row.getString(column);
          case BYTE, INT16, INT32, INT64 -> whole(row.getBigDecimal(column), type.getTypeName());
          case FLOAT -> row.getFloat(column);
          case DOUBLE -> row.getDouble(column);
          case DECIMAL -> row.getBigDecimal(column);
          case BOOLEAN -> row.getBoolean(column);
          case BYTES -> row.getBytes(column);
          case DATETIME -> instant(row, column);
          case LOGICAL_TYPE ->
              isDate(type)
                  ? row.getObject(column, LocalDate.class)
                  : row.getObject(column, LocalTime.class);
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
