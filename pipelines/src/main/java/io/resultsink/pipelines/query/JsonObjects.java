package io.resultsink.pipelines.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON objects of a file, one a line. Empty lines are skipped. */
final class JsonObjects implements Closeable {

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readerFor(JsonNode.class);

  private final FilePart part;
  private final Lines lines;

  private JsonObjects(FilePart part, Lines lines) {
    this.part = part;
    this.lines = lines;
  }

  static JsonObjects open(FilePart part) throws IOException {
    return new JsonObjects(part, Lines.open(part));
  }

  @Nullable ObjectNode next() throws IOException {
    for (byte[] line; (line = lines.next()) != null; ) {
      JsonNode node = parse(line);
      if (node instanceof ObjectNode object) {
        return object;
      }
      if (!node.isMissingNode()) {
        throw failure(notAnObject(node));
      }
    }
    return null;
  }

  private JsonNode parse(byte[] line) throws IOException {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      // Without the parser's message, which quotes the record.
      int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
      throw failure("broken JSON at column " + column + "; each line is one JSON object");
    }
  }

  private static String notAnObject(JsonNode node) {
    String found = node.getNodeType().name().toLowerCase(Locale.ROOT);
    String advice = node.isArray() ? "; jq -c '.[]' makes lines of an array" : "";
    return "each line is one JSON object, this is a JSON " + found + advice;
  }

  InputException failure(String reason) throws IOException {
    return new InputException(part.file(), lines.number(), reason);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
