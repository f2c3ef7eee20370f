package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.column.JsonText;
import java.math.BigDecimal;
import java.math.BigInteger;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * The type table: what each type of DuckDB is in the result.
 *
 * @param field the field's type
 * @param reader reads a value that is not NULL
 */
record DuckType(FieldType field, Reader reader) {

  /** Reads the value of a column, numbered from 1. */
  interface Reader {
    @Nullable Object read(ResultSet row, int column) throws SQLException;
  }

  private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+), ?(\\d+)\\)");
  private static final Pattern LIST = Pattern.compile("(.*)\\[\\d*]", Pattern.DOTALL);

  private static final LocalDateTime LAST_TIME =
      LocalDateTime.ofEpochSecond(9_223_372_036_854L, 775_000_000, ZoneOffset.UTC);
  private static final LocalDateTime FIRST_TIME =
      LocalDateTime.ofEpochSecond(-9_223_372_036_854L, 0, ZoneOffset.UTC);
  private static final long LAST_DAY = Integer.MAX_VALUE - 1L;

  /**
   * The line of a type.
   *
   * @param name as DuckDB writes it
   * @throws QueryException for one that no column takes exactly
   */
  static DuckType of(String name, String column) {
    Matcher decimal = DECIMAL.matcher(name);
    if (decimal.matches()) {
      int precision = Integer.parseInt(decimal.group(1));
      int scale = Integer.parseInt(decimal.group(2));
      return type(
          FieldType.logicalType(FixedPrecisionNumeric.of(precision, scale)),
          ResultSet::getBigDecimal);
    }
    if (name.startsWith("STRUCT(") && !name.endsWith("]")
        || name.startsWith("MAP(") && !name.endsWith("]")) {
      return document();
    }
    Matcher list = LIST.matcher(name);
    if (list.matches()) {
      return list(list.group(1), column);
    }
    return switch (name) {
      case "BOOLEAN" -> type(FieldType.BOOLEAN, ResultSet::getBoolean);
      case "TINYINT", "SMALLINT", "UTINYINT" -> type(FieldType.INT16, ResultSet::getShort);
      case "INTEGER", "USMALLINT" -> type(FieldType.INT32, ResultSet::getInt);
      case "BIGINT", "UINTEGER" -> type(FieldType.INT64, ResultSet::getLong);
      case "UBIGINT", "HUGEINT", "UHUGEINT" -> type(FieldType.DECIMAL, DuckType::huge);
      case "FLOAT" -> type(FieldType.FLOAT, ResultSet::getFloat);
      case "DOUBLE" -> type(FieldType.DOUBLE, ResultSet::getDouble);
      case "VARCHAR", "ENUM", "\"NULL\"" -> type(FieldType.STRING, ResultSet::getString);
      case "BLOB" -> type(FieldType.BYTES, ResultSet::getBytes);
      case "UUID" -> type(FieldType.logicalType(SqlTypes.UUID), ResultSet::getObject);
      case "JSON" -> type(FieldType.logicalType(new JsonText()), ResultSet::getString);
      case "DATE" -> type(FieldType.logicalType(SqlTypes.DATE), DuckType::date);
      case "TIME" -> type(FieldType.logicalType(SqlTypes.TIME), DuckType::time);
      case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" ->
          type(FieldType.logicalType(SqlTypes.DATETIME), DuckType::timestamp);
      case "TIMESTAMP WITH TIME ZONE" ->
          type(FieldType.logicalType(SqlTypes.TIMESTAMP), DuckType::instant);
      default ->
          throw new QueryException(
              "column %s is of type %s, which no column of PostgreSQL takes exactly; %s"
                  .formatted(column, name, advice(name, column)));
    };
  }

  private static String advice(String type, String column) {
    return switch (type) {
      case "INTERVAL" ->
          "write epoch(%s) for seconds, or CAST(%s AS VARCHAR)".formatted(column, column);
      case "TIME WITH TIME ZONE" -> "write CAST(%s AS TIME)".formatted(column);
      default -> "write CAST(%s AS VARCHAR)".formatted(column);
    };
  }

  private static DuckType type(FieldType field, Reader reader) {
    return new DuckType(field, reader);
  }

  private static DuckType document() {
    return type(
        FieldType.logicalType(new JsonText()),
        (row, i) -> {
          Object value = row.getObject(i);
          return value == null ? null : DuckJson.of(value);
        });
  }

  /** An array of what arrays hold; of documents it is one document. */
  private static DuckType list(String element, String column) {
    if (element.startsWith("STRUCT(") || element.startsWith("MAP(") || element.equals("JSON")) {
      return document();
    }
    DuckType inner = of(element, column);
    return type(
        FieldType.array(inner.field.withNullable(true)),
        (row, i) -> {
          java.sql.Array value = row.getArray(i);
          return value == null ? null : elements(value);
        });
  }

  private static List<@Nullable Object> elements(java.sql.Array array) throws SQLException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (@Nullable Object element : (Object[]) array.getArray()) {
      elements.add(element(element));
    }
    return elements;
  }

  private static @Nullable Object element(@Nullable Object value) throws SQLException {
    if (value instanceof java.sql.Array nested) {
      return elements(nested);
    }
    if (value instanceof BigInteger number) {
      return new BigDecimal(number);
    }
    if (value instanceof Byte number) {
      return number.shortValue();
    }
    if (value instanceof java.sql.Timestamp time) {
      return finite(time.toLocalDateTime());
    }
    if (value instanceof OffsetDateTime time) {
      return finite(time);
    }
    if (value instanceof java.sql.Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    return value;
  }

  private static @Nullable Object huge(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return value == null ? null : new BigDecimal((BigInteger) value);
  }

  private static @Nullable LocalDate date(ResultSet row, int column) throws SQLException {
    LocalDate date = row.getObject(column, LocalDate.class);
    if (date != null && Math.abs(date.toEpochDay()) >= LAST_DAY) {
      throw new QueryFailedException("it is infinity, which no date of the result can be");
    }
    return date;
  }

  private static @Nullable LocalTime time(ResultSet row, int column) throws SQLException {
    try {
      return row.getObject(column, LocalTime.class);
    } catch (DateTimeException e) {
      throw new QueryFailedException("it is 24:00:00, which no time of the result can be");
    }
  }

  private static @Nullable LocalDateTime timestamp(ResultSet row, int column) throws SQLException {
    LocalDateTime time = row.getObject(column, LocalDateTime.class);
    return time == null ? null : finite(time);
  }

  /** Of a wall clock, the driver would make the machine's. */
  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : finite(time);
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
