package io.resultsink.pipelines.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/** Files with one JSON object a line. */
final class JsonFormat implements TableFormat {

  /** The column with all fields of a record, by Treasure Data's name. */
  static final String ALL_FIELDS = "v";

  // Without NULL among the values, because Beam SQL forgets that they may be NULL, and then refuses
  // to join.
  private static final FieldType ALL_FIELDS_TYPE =
      FieldType.map(FieldType.STRING, FieldType.STRING);

  private final int sample;

  JsonFormat(int sample) {
    this.sample = sample;
  }

  @Override
  public boolean splittable() {
    return true;
  }

  @Override
  public Schema schemaOf(List<String> files, int sample) throws IOException {
    Map<String, ColumnKind> kinds = new LinkedHashMap<>();
    int seen = 0;
    for (String file : files) {
      if (seen == sample) {
        break;
      }
      try (JsonObjects objects = JsonObjects.open(FilePart.whole("", file))) {
        for (ObjectNode object; seen < sample && (object = objects.next()) != null; seen++) {
          object
              .fields()
              .forEachRemaining(f -> kinds.merge(f.getKey(), kind(f.getValue()), ColumnKind::with));
        }
      }
    }
    Schema.Builder schema = Schema.builder();
    kinds.forEach((name, kind) -> schema.addField(name, kind.type()));
    if (!kinds.containsKey(ALL_FIELDS)) {
      schema.addField(ALL_FIELDS, ALL_FIELDS_TYPE);
    }
    return schema.build();
  }

  @Override
  public RowSource open(FilePart part, Schema schema) throws IOException {
    return new JsonRows(part, schema, sample);
  }

  static ColumnKind kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> ColumnKind.UNKNOWN;
      case BOOLEAN -> ColumnKind.BOOLEAN;
      case NUMBER ->
          value.isIntegralNumber()
              ? ColumnKind.ofInteger(value.bigIntegerValue())
              : ColumnKind.ofNumber(value.decimalValue());
      default -> ColumnKind.TEXT;
    };
  }

  /** Returns a value as text: a string as it is, any other value as JSON. */
  static @Nullable String text(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
