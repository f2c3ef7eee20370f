package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.Identifier;
import java.io.Serializable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table that is read, as Beam SQL takes it.
 *
 * <p>A type that Beam SQL has nothing for is read as its text. An instant keeps its milliseconds,
 * all that Beam SQL has; a timestamp without a zone is taken as UTC.
 */
record PostgresColumn(String name, String postgresType, FieldType type) implements Serializable {

  static PostgresColumn of(String name, String postgresType) {
    FieldType type =
        switch (postgresType) {
          case "bool" -> FieldType.BOOLEAN;
          // Sums of narrow integers would wrap.
          case "int2", "smallserial", "int4", "serial", "int8", "bigserial" -> FieldType.INT64;
          case "float4" -> FieldType.FLOAT;
          case "float8" -> FieldType.DOUBLE;
          case "numeric" -> FieldType.DECIMAL;
          case "bytea" -> FieldType.BYTES;
          case "date" -> FieldType.logicalType(SqlTypes.DATE);
          case "time" -> FieldType.logicalType(SqlTypes.TIME);
          case "timestamp", "timestamptz" -> FieldType.DATETIME;
          default -> FieldType.STRING;
        };
    return new PostgresColumn(name, postgresType, type);
  }

  /** What to select for it. */
  String expression() {
    String column = Identifier.quote(name);
    return type.equals(FieldType.STRING) ? column + "::text" : column;
  }

  /** Its value in a row; an instant still with all its digits, as OffsetDateTime. */
  @Nullable Object read(ResultSet row, int position) throws SQLException {
    Object value =
        switch (postgresType) {
          case "date" -> row.getObject(position, LocalDate.class);
          case "time" -> row.getObject(position, LocalTime.class);
          case "timestamptz" -> row.getObject(position, OffsetDateTime.class);
          case "timestamp" -> utc(row.getObject(position, LocalDateTime.class));
          case "bool" -> row.getBoolean(position);
          case "int2", "smallserial", "int4", "serial", "int8", "bigserial" ->
              row.getLong(position);
          case "float4" -> row.getFloat(position);
          case "float8" -> row.getDouble(position);
          case "numeric" -> row.getBigDecimal(position);
          case "bytea" -> row.getBytes(position);
          default -> row.getString(position);
        };
    return row.wasNull() ? null : value;
  }

  private static @Nullable OffsetDateTime utc(@Nullable LocalDateTime wallClock) {
    return wallClock == null ? null : wallClock.atOffset(ZoneOffset.UTC);
  }
}
