package io.resultsink.pipelines.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The rows of JSON objects. */
final class JsonRows implements RowSource {

  private final JsonObjects objects;
  private final Schema schema;
  private final int sample;

  JsonRows(FilePart part, Schema schema, int sample) throws IOException {
    this.objects = JsonObjects.open(part);
    this.schema = schema;
    this.sample = sample;
  }

  @Override
  public @Nullable Row next() throws IOException {
    ObjectNode object = objects.next();
    if (object == null) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>(schema.getFieldCount());
    for (Field field : schema.getFields()) {
      values.add(
          field.getType().getTypeName() == TypeName.MAP
              ? allFields(object)
              : value(field, object.get(field.getName())));
    }
    return Row.withSchema(schema).attachValues(values);
  }

  /** Returns all fields that are not NULL; SQL reads a missing one as NULL. */
  private static Map<String, String> allFields(ObjectNode object) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String text = JsonFormat.text(field.getValue());
      if (text != null) {
        all.put(field.getKey(), text);
      }
    }
    return all;
  }

  private @Nullable Object value(Field field, @Nullable JsonNode node) throws IOException {
    String text = node == null ? null : JsonFormat.text(node);
    if (node == null || text == null) {
      return null;
    }
    ColumnKind column = Inference.kindOf(field);
    if (column == ColumnKind.TEXT) {
      return text;
    }
    // A string that looks like a number is still a string.
    Object value = node.isTextual() ? null : number(column, node, text);
    if (value == null) {
      String found = node.getNodeType().name().toLowerCase(Locale.ROOT);
      throw objects.failure(Inference.misfit("field", field, "a " + found, sample));
    }
    return value;
  }

  private static @Nullable Object number(ColumnKind column, JsonNode node, String text) {
    if (column == ColumnKind.INTEGER && node.isIntegralNumber()) {
      return node.canConvertToLong() ? node.longValue() : null;
    }
    return node.isContainerNode() ? null : column.parse(text);
  }

  @Override
  public void close() throws IOException {
    objects.close();
  }
}
