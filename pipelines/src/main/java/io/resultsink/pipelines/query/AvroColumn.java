package io.resultsink.pipelines.query;

import io.resultsink.pipelines.engine.InputMetrics;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A field of an Avro record as a column of Beam SQL. A type that Beam SQL lacks becomes JSON text.
 *
 * @param avro the field's type without its null branch
 */
record AvroColumn(String name, Schema avro) {

  private static final long MICROS_PER_MILLI = 1000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  static AvroColumn of(Schema.Field field) {
    return new AvroColumn(field.name(), withoutNull(field.schema()));
  }

  private static Schema withoutNull(Schema schema) {
    if (!schema.isUnion()) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? branches.get(0) : schema;
  }

  private String logicalType() {
    LogicalType logical = avro.getLogicalType();
    return logical == null ? "" : logical.getName();
  }

  FieldType type() {
    return switch (logicalType()) {
      case "date" -> FieldType.logicalType(SqlTypes.DATE);
      case "time-millis", "time-micros" -> FieldType.logicalType(SqlTypes.TIME);
      case "timestamp-millis", "timestamp-micros" -> FieldType.DATETIME;
      case "decimal" -> FieldType.DECIMAL;
      default ->
          switch (avro.getType()) {
            case BOOLEAN -> FieldType.BOOLEAN;
            // BIGINT, because sums of narrow integers would wrap.
            case INT, LONG -> FieldType.INT64;
            case FLOAT -> FieldType.FLOAT;
            case DOUBLE -> FieldType.DOUBLE;
            case BYTES, FIXED -> FieldType.BYTES;
            default -> FieldType.STRING;
          };
    };
  }

  /**
   * Returns the value for a row; {@code table} names the counter of values that lose microseconds.
   */
  @Nullable Object convert(@Nullable Object value, String table) {
    if (value == null) {
      return null;
    }
    return switch (logicalType()) {
      case "date" -> LocalDate.ofEpochDay((Integer) value);
      case "time-millis" -> LocalTime.ofNanoOfDay((Integer) value * NANOS_PER_MILLI);
      case "time-micros" -> ofDay((Long) value, table);
      case "timestamp-millis" -> Instant.ofEpochMilli((Long) value);
      case "timestamp-micros" -> ofMicros((Long) value, table);
      case "decimal" ->
          new BigDecimal(
              new BigInteger(bytes(value)),
              ((LogicalTypes.Decimal) avro.getLogicalType()).getScale());
      default ->
          switch (avro.getType()) {
            case INT -> ((Integer) value).longValue();
            case BOOLEAN, LONG, FLOAT, DOUBLE -> value;
            case BYTES, FIXED -> bytes(value);
            case STRING, ENUM -> value.toString();
            default -> GenericData.get().toString(value);
          };
    };
  }

  private static LocalTime ofDay(long micros, String table) {
    long millis = micros / MICROS_PER_MILLI;
    if (millis * MICROS_PER_MILLI != micros) {
      InputMetrics.timestampsCut(table).inc();
    }
    return LocalTime.ofNanoOfDay(millis * NANOS_PER_MILLI);
  }

  private static Instant ofMicros(long micros, String table) {
    if (Math.floorMod(micros, MICROS_PER_MILLI) != 0) {
      InputMetrics.timestampsCut(table).inc();
    }
    return Instant.ofEpochMilli(Math.floorDiv(micros, MICROS_PER_MILLI));
  }

  private static byte[] bytes(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
