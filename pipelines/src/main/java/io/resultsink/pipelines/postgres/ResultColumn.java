package io.resultsink.pipelines.postgres;

import io.resultsink.postgres.internal.column.PostgresBinary;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.postgresql.util.ByteConverter;

/**
 * A column of a result.
 *
 * @param oid the PostgreSQL type's oid
 * @param binary whether the server sends values in binary form, else as text
 */
record ResultColumn(String name, int oid, FieldType type, boolean binary) {

  Field field() {
    return Field.nullable(name, type);
  }

  /** Reads a value that is not NULL from the bytes that the server sent. */
  Object read(byte[] bytes) {
    return switch (type.getTypeName()) {
      case BOOLEAN -> bytes[0] != 0;
      case INT16 -> ByteConverter.int2(bytes, 0);
      case INT32 -> ByteConverter.int4(bytes, 0);
      case INT64 -> ByteConverter.int8(bytes, 0);
      case FLOAT -> ByteConverter.float4(bytes, 0);
      case DOUBLE -> ByteConverter.float8(bytes, 0);
      case STRING -> text(bytes);
      case BYTES -> bytes;
      default -> type.getLogicalType() instanceof PostgresBinary ? bytes : text(bytes);
    };
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
