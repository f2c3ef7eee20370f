package io.resultsink.pipelines.print;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.resultsink.postgres.internal.column.PostgresText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Values as JSON. */
final class JsonText {

  private static final JsonFactory JSON = new JsonFactory();

  private JsonText() {}

  static String of(@Nullable Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(value, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value instanceof Row row) {
      json.writeStartObject();
      for (Schema.Field field : row.getSchema().getFields()) {
        json.writeFieldName(field.getName());
        writeField(field.getType(), row.getValue(field.getName()), json);
      }
      json.writeEndObject();
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(String.valueOf(CellText.of(entry.getKey())));
        write(entry.getValue(), json);
      }
      json.writeEndObject();
    } else if (value instanceof Iterable<?> values) {
      json.writeStartArray();
      for (Object element : values) {
        write(element, json);
      }
      json.writeEndArray();
    } else {
      writeScalar(value, json);
    }
  }

  /** Writes a text of PostgreSQL as a number or a document, if its type is one. */
  private static void writeField(Schema.FieldType type, @Nullable Object value, JsonGenerator json)
      throws IOException {
    if (value instanceof String text && CellText.isNumericText(type) && isFinite(text)) {
      json.writeNumber(text);
    } else if (value instanceof String text && isDocument(type)) {
      json.writeRawValue(text);
    } else {
      write(value, json);
    }
  }

  private static boolean isFinite(String number) {
    return !number.equals("NaN") && !number.endsWith("Infinity");
  }

  private static boolean isDocument(Schema.FieldType type) {
    return type.getLogicalType() instanceof PostgresText text
        && (text.name().equals("json") || text.name().equals("jsonb"));
  }

  private static void writeScalar(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (isFinite(value)) {
      json.writeNumber(String.valueOf(CellText.of(value)));
    } else {
      // NaN and the infinities are not JSON numbers.
      json.writeString(CellText.of(value));
    }
  }

  private static boolean isFinite(Object value) {
    return value instanceof BigDecimal
        || value instanceof Number number && Double.isFinite(number.doubleValue());
  }
}
