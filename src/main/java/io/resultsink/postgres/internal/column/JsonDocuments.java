package io.resultsink.postgres.internal.column;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.NumericEncoder;
import io.resultsink.postgres.internal.copy.RefusedValueException;
import io.resultsink.postgres.internal.copy.TextEncoders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of Beam values as JSON documents.
 *
 * <p>Rows are objects. Maps are objects with the keys' text as names. A value of one of several
 * types is an object with one name, that of its case. Numbers have all their digits, dates and
 * times are ISO 8601, and bytes are Base64. NaN and the infinities are refused, because JSON does
 * not have them.
 */
final class JsonDocuments {

  /** A writer of one value, which may be null. */
  @FunctionalInterface
  interface Writer {
    void write(Object value, JsonGenerator json) throws IOException;
  }

  private static final int FORMAT_VERSION = 1;
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonDocuments() {}

  /** Returns the encoder of a type's values for json and text. */
  static FieldEncoder json(FieldType type) {
    Writer writer = writer(type);
    return (value, buffer) -> {
      int field = buffer.startField();
      write(writer, value, buffer);
      buffer.endField(field);
    };
  }

  /** Returns the encoder of a type's values for jsonb. */
  static FieldEncoder jsonb(FieldType type) {
    Writer writer = writer(type);
    return (value, buffer) -> {
      int field = buffer.startField();
      buffer.putByte(FORMAT_VERSION);
      write(writer, value, buffer);
      buffer.endField(field);
    };
  }

  private static void write(Writer writer, Object value, CopyBuffer buffer) {
    try {
      JsonGenerator json = FACTORY.createGenerator(buffer.asStream());
      writer.write(value, json);
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Jackson refused what is valid JSON", e);
    }
  }

  /**
   * Returns the writer of a type's values.
   *
   * @throws RefusedTypeException if the type has a map whose keys have no text
   */
  static Writer writer(FieldType type) {
    return switch (type.getTypeName()) {
      case ROW -> row(required(type.getRowSchema()));
      case MAP -> map(required(type.getMapKeyType()), required(type.getMapValueType()));
      case ARRAY, ITERABLE -> array(required(type.getCollectionElementType()));
      case LOGICAL_TYPE -> logical(type, required(type.getLogicalType()));
      default -> scalar(ColumnTypes.of(type));
    };
  }

  private static Writer row(Schema schema) {
    Writer[] writers = new Writer[schema.getFieldCount()];
    for (int i = 0; i < writers.length; i++) {
      writers[i] = writer(schema.getField(i).getType());
    }
    return (value, json) -> {
      Row row = (Row) value;
      json.writeStartObject();
      for (int i = 0; i < writers.length; i++) {
        json.writeFieldName(checked(schema.getField(i).getName()));
        writeNullable(writers[i], row.getValue(i), json);
      }
      json.writeEndObject();
    };
  }

  private static Writer map(FieldType keyType, FieldType valueType) {
    FieldMapping key = ColumnTypes.of(keyType);
    if (key.kind() == ValueKind.ARRAY || key.kind() == ValueKind.DOCUMENT) {
      throw new RefusedTypeException("a map whose keys are arrays, maps or rows");
    }
    Writer writer = writer(valueType);
    return (value, json) -> {
      json.writeStartObject();
      Set<String> names = new HashSet<>();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        if (entry.getKey() == null) {
          throw new RefusedValueException("it has a map with a NULL key");
        }
        String name = text(key.kind(), key.read(entry.getKey()));
        if (!names.add(name)) {
          throw new RefusedValueException("it has a map with two keys that are one in JSON");
        }
        json.writeFieldName(name);
        writeNullable(writer, entry.getValue(), json);
      }
      json.writeEndObject();
    };
  }

  private static Writer array(FieldType elementType) {
    Writer writer = writer(elementType);
    return (value, json) -> {
      json.writeStartArray();
      for (Object element : (Iterable<?>) value) {
        writeNullable(writer, element, json);
      }
      json.writeEndArray();
    };
  }

  private static Writer logical(FieldType type, LogicalType<?, ?> logical) {
    if (logical instanceof OneOfType oneOf) {
      return oneOf(oneOf);
    }
    FieldMapping mapping = ColumnTypes.of(type);
    if (mapping.kind() != ValueKind.ARRAY && mapping.kind() != ValueKind.DOCUMENT) {
      return scalar(mapping);
    }
    Writer writer = writer(logical.getBaseType());
    return (value, json) -> writer.write(ColumnTypes.baseValue(logical, value), json);
  }

  private static Writer oneOf(OneOfType oneOf) {
    Writer writer = row(oneOf.getOneOfSchema());
    Writer[] cases = new Writer[oneOf.getOneOfSchema().getFieldCount()];
    for (int i = 0; i < cases.length; i++) {
      cases[i] = writer(oneOf.getOneOfSchema().getField(i).getType());
    }
    return (value, json) -> {
      OneOfType.Value chosen = (OneOfType.Value) value;
      String name = oneOf.getCaseEnumType().getEnumName(chosen.getCaseType().getValue());
      if (name == null) {
        throw new RefusedValueException("its case is a number that its type has no name for");
      }
      json.writeStartObject();
      json.writeFieldName(checked(name));
      writeNullable(cases[oneOf.getOneOfSchema().indexOf(name)], chosen.getValue(), json);
      json.writeEndObject();
    };
  }

  private static Writer scalar(FieldMapping mapping) {
    ValueKind kind = mapping.kind();
    if (kind == ValueKind.OWN) {
      throw new RefusedTypeException(mapping.created().sql() + " in a document");
    }
    return switch (kind) {
      case BOOLEAN -> (value, json) -> json.writeBoolean((Boolean) mapping.read(value));
      case INTEGER, FLOAT, DOUBLE, DECIMAL ->
          (value, json) -> json.writeNumber(text(kind, mapping.read(value)));
      default -> (value, json) -> json.writeString(text(kind, mapping.read(value)));
    };
  }

  /** Returns the text of a scalar value, which is without quotes and escapes. */
  static String text(ValueKind kind, Object value) {
    return switch (kind) {
      case BOOLEAN, INTEGER, INTERVAL, UUID -> value.toString();
      case FLOAT, DOUBLE -> finite((Number) value);
      case DECIMAL -> decimal((BigDecimal) value);
      case TEXT -> checked((String) value);
      case BYTES -> Base64.getEncoder().encodeToString((byte[]) value);
      case DATE -> DateTimeFormatter.ISO_LOCAL_DATE.format((TemporalAccessor) value);
      case TIME -> DateTimeFormatter.ISO_LOCAL_TIME.format((TemporalAccessor) value);
      case LOCAL_TIMESTAMP ->
          DateTimeFormatter.ISO_LOCAL_DATE_TIME.format((TemporalAccessor) value);
      case INSTANT -> ExactTimes.javaInstant(value).toString();
      case DOCUMENT, ARRAY, OWN -> throw new IllegalArgumentException(kind + " is not scalar");
    };
  }

  private static String finite(Number number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw new RefusedValueException("it has NaN or an infinity, and JSON has none");
    }
    return number.toString();
  }

  private static String decimal(BigDecimal number) {
    String reason = NumericEncoder.reasonAgainst(number);
    if (reason != null) {
      throw new RefusedValueException(reason, SqlState.NUMBER_OUT_OF_RANGE);
    }
    return number.toString();
  }

  private static String checked(String text) {
    TextEncoders.check(text);
    return text;
  }

  private static void writeNullable(Writer writer, @Nullable Object value, JsonGenerator json)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else {
      writer.write(value, json);
    }
  }

  private static <T> T required(@Nullable T part) {
    if (part == null) {
      throw new RefusedTypeException("a type that lacks a part of its own");
    }
    return part;
  }
}
