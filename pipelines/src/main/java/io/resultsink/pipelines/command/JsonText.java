package io.resultsink.pipelines.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
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
        write(row.getValue(field.getName()), json);
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

  private static void writeScalar(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (isFinite(value)) {
      json.writeNumber(String.valueOf(CellText.of(value)));
    } else {
      // NaN and the infinities are no JSON numbers.
      json.writeString(CellText.of(value));
    }
  }

  private static boolean isFinite(Object value) {
    return value instanceof BigDecimal
        || value instanceof Number number && Double.isFinite(number.doubleValue());
  }
}
