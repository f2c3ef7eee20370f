package io.resultsink.pipelines.duckdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.resultsink.pipelines.engine.QueryFailedException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Map;
import org.duckdb.DuckDBStruct;
import org.duckdb.JsonNode;
import org.jspecify.annotations.Nullable;

/** The JSON text of DuckDB's structs, maps and lists, with all digits of numbers. */
final class DuckJson {

  private static final JsonFactory JSON = new JsonFactory();

  private DuckJson() {}

  static String of(Object value) throws SQLException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
      write(value, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(@Nullable Object value, JsonGenerator json)
      throws IOException, SQLException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof DuckDBStruct struct) {
      writeMap(struct.getMap(), json);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map, json);
    } else if (value instanceof java.sql.Array array) {
      json.writeStartArray();
      for (@Nullable Object element : (Object[]) array.getArray()) {
        write(element, json);
      }
      json.writeEndArray();
    } else if (value instanceof JsonNode document) {
      json.writeRawValue(document.toString());
    } else {
      writeScalar(value, json);
    }
  }

  private static void writeMap(Map<?, ?> map, JsonGenerator json) throws IOException, SQLException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      json.writeFieldName(String.valueOf(entry.getKey()));
      write(entry.getValue(), json);
    }
    json.writeEndObject();
  }

  private static void writeScalar(Object value, JsonGenerator json)
      throws IOException, SQLException {
    if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof BigDecimal number) {
      json.writeNumber(number);
    } else if (value instanceof BigInteger number) {
      json.writeNumber(number);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (Double.isNaN(number) || Double.isInfinite(number)) {
        throw new QueryFailedException("it has NaN or infinity, for which JSON has no number");
      }
      json.writeNumber(value.toString());
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof java.sql.Blob blob) {
      json.writeString(Base64.getEncoder().encodeToString(blob.getBytes(1, (int) blob.length())));
    } else {
      json.writeString(value.toString());
    }
  }
}
