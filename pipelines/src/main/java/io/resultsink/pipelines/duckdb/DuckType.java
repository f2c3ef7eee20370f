package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.internal.column.JsonText;
import io.resultsink.postgres.internal.column.PostgresText;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
 * @param readable the type that the column is read as when the driver has no exact value for its
 *     own, or a slow one; otherwise null
 * @param reader reads a value of it
 */
record DuckType(FieldType field, @Nullable String readable, Reader reader) {

  /** A reader of the value of a column, numbered from 1. */
  interface Reader {
    @Nullable Object read(ResultSet row, int column) throws SQLException;
  }

  /** The form in which texts are read: the driver makes a string in four times the time. */
  private static final String BYTES = "BLOB";

  private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+), ?(\\d+)\\)");

  /** In a document they are DuckDB's text. */
  private static final Set<String> TEXT_IN_DOCUMENTS =
      Set.of(
          "DATE",
          "TIME",
          "TIME_NS",
          "TIME WITH TIME ZONE",
          "TIMESTAMP",
          "TIMESTAMP_S",
          "TIMESTAMP_MS",
          "TIMESTAMP_NS",
          "TIMESTAMP WITH TIME ZONE",
          "TIMESTAMPTZ_NS",
          "INTERVAL",
          "BIT");

  private static final Set<String> REFUSED_IN_DOCUMENTS =
      Set.of("UNION", "TUPLE", "VARIANT", "GEOMETRY", "BIGNUM", "TYPE");

  /**
   * Returns the line of a type.
   *
   * @param name as DuckDB writes it
   * @throws QueryException for a type that no column accepts exactly
   */
  static DuckType of(String name, String column) {
    return of(TypeName.of(name), column);
  }

  /** The expression to select for a column of the type. */
  String selected(String column) {
    if (readable == null) {
      return column;
    }
    // A CAST AS BLOB would read escapes in a text.
    return readable.equals(BYTES)
        ? "encode(%s)".formatted(column)
        : "CAST(%s AS %s)".formatted(column, readable);
  }

  private static DuckType of(TypeName type, String column) {
    if (isDocument(type)) {
      return document(type, column);
    }
    return type.isList() ? list(type, column) : plain(type, column);
  }

  /** Returns the type of an array; an array of documents is one document. */
  private static boolean isDocument(TypeName type) {
    return type.isList()
        ? isDocument(type.element()) || type.element().kind().equals("JSON")
        : List.of("STRUCT", "MAP").contains(type.kind());
  }

  private static DuckType plain(TypeName type, String column) {
    String name = type.kind();
    Matcher decimal = DECIMAL.matcher(name);
    if (decimal.matches()) {
      int precision = Integer.parseInt(decimal.group(1));
      int scale = Integer.parseInt(decimal.group(2));
      return type(
          FieldType.logicalType(FixedPrecisionNumeric.of(precision, scale)),
          ResultSet::getBigDecimal);
    }
    return switch (name.startsWith("ENUM") ? "ENUM" : name) {
      case "BOOLEAN" -> type(FieldType.BOOLEAN, ResultSet::getBoolean);
      case "TINYINT", "SMALLINT", "UTINYINT" -> type(FieldType.INT16, ResultSet::getShort);
      case "INTEGER", "USMALLINT" -> type(FieldType.INT32, ResultSet::getInt);
      case "BIGINT", "UINTEGER" -> type(FieldType.INT64, ResultSet::getLong);
      case "UBIGINT", "HUGEINT", "UHUGEINT" -> type(FieldType.DECIMAL, DuckValue::huge);
      case "BIGNUM" -> cast(FieldType.DECIMAL, BigDecimal::new);
      case "FLOAT" -> type(FieldType.FLOAT, ResultSet::getFloat);
      case "DOUBLE" -> type(FieldType.DOUBLE, ResultSet::getDouble);
      case "VARCHAR" -> new DuckType(FieldType.STRING, BYTES, DuckValue::text);
      case "ENUM", "\"NULL\"" -> type(FieldType.STRING, ResultSet::getString);
      case "BLOB" -> type(FieldType.BYTES, ResultSet::getBytes);
      case "UUID" -> type(FieldType.logicalType(SqlTypes.UUID), ResultSet::getObject);
      case "JSON" -> type(FieldType.logicalType(new JsonText()), ResultSet::getString);
      case "DATE" -> type(FieldType.logicalType(SqlTypes.DATE), DuckValue::date);
      case "TIME", "TIME_NS" -> type(FieldType.logicalType(SqlTypes.TIME), DuckValue::time);
      case "TIMESTAMP" -> type(FieldType.logicalType(SqlTypes.DATETIME), DuckValue::timestamp);
      case "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" ->
          type(FieldType.logicalType(SqlTypes.DATETIME), DuckValue::otherTimestamp);
      case "TIMESTAMP WITH TIME ZONE" ->
          type(FieldType.logicalType(SqlTypes.TIMESTAMP), DuckValue::instant);
      case "INTERVAL" -> cast(postgres("interval", false), DuckValue::interval);
      case "TIME WITH TIME ZONE" -> cast(postgres("timetz", false), text -> text);
      case "BIT" -> cast(postgres("varbit", false), text -> text);
      default ->
          throw new QueryException(
              "column %s is of type %s, which no column of PostgreSQL represents exactly; write CAST(%s AS VARCHAR)"
                  .formatted(column, type, DuckSql.name(column)));
    };
  }

  private static FieldType postgres(String name, boolean array) {
    return FieldType.logicalType(PostgresText.of("pg_catalog", name, "", array));
  }

  private static DuckType type(FieldType field, Reader reader) {
    return new DuckType(field, null, reader);
  }

  /** Returns a line whose values are read as text. */
  private static DuckType cast(FieldType field, Function<String, Object> reader) {
    return new DuckType(
        field,
        "VARCHAR",
        (row, i) -> {
          String text = row.getString(i);
          return text == null ? null : reader.apply(text);
        });
  }

  private static DuckType document(TypeName type, String column) {
    for (TypeName leaf : type.leaves()) {
      if (REFUSED_IN_DOCUMENTS.contains(leaf.kind())) {
        throw new QueryException(
            "column %s is of type %s, and jsonb has no value for the %s in it; write CAST(%s AS VARCHAR)"
                .formatted(column, type, leaf, DuckSql.name(column)));
      }
    }
    String readable = type.with(leaf -> TEXT_IN_DOCUMENTS.contains(leaf) ? "VARCHAR" : leaf);
    return new DuckType(
        FieldType.logicalType(new JsonText()),
        readable.equals(type.toString()) ? null : readable,
        (row, i) -> {
          Object value = row.getObject(i);
          return value == null ? null : DuckJson.of(value);
        });
  }

  private static DuckType list(TypeName type, String column) {
    TypeName innermost = type.element();
    while (innermost.isList()) {
      innermost = innermost.element();
    }
    String kind = innermost.kind();
    DuckType inner = plain(innermost, column);
    if (inner.field.getLogicalType() instanceof PostgresText text) {
      return new DuckType(
          postgres(text.name(), true),
          type.with(leaf -> "VARCHAR"),
          (row, i) -> {
            java.sql.Array value = row.getArray(i);
            return value == null ? null : DuckValue.literal(value, kind.equals("INTERVAL"));
          });
    }
    FieldType field = inner.field.withNullable(true);
    for (TypeName list = type; list.isList(); list = list.element()) {
      field = FieldType.array(field).withNullable(list != type);
    }
    // Read as text, because the driver shifts a wall clock that the machine's time zone skips.
    String readable =
        switch (kind) {
          case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS" -> "TIMESTAMP WITH TIME ZONE";
          case "TIMESTAMP_NS", "TIME", "TIME_NS", "BIGNUM" -> "VARCHAR";
          default -> kind;
        };
    return new DuckType(
        field,
        readable.equals(kind) ? null : type.with(leaf -> readable),
        (row, i) -> {
          java.sql.Array value = row.getArray(i);
          return value == null ? null : DuckValue.elements(value, kind);
        });
  }
}
