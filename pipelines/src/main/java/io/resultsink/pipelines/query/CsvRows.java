package io.resultsink.pipelines.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The rows of CSV records. An empty value is NULL. */
final class CsvRows implements RowSource {

  private final CsvRecords records;
  private final Schema schema;
  private final int[] positions;
  private final ColumnKind[] kinds;
  private final int sample;

  CsvRows(CsvRecords records, Schema schema, int sample) {
    this.records = records;
    this.schema = schema;
    this.positions = records.positionsOf(schema.getFieldNames());
    this.kinds = schema.getFields().stream().map(Inference::kindOf).toArray(ColumnKind[]::new);
    this.sample = sample;
  }

  @Override
  public @Nullable Row next() throws IOException {
    List<String> record = records.next();
    if (record == null) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>(kinds.length);
    for (int i = 0; i < kinds.length; i++) {
      String text = record.get(positions[i]);
      values.add(text.isEmpty() ? null : value(i, text));
    }
    return Row.withSchema(schema).attachValues(values);
  }

  private Object value(int column, String text) {
    Object value = kinds[column].parse(text);
    if (value == null) {
      Field field = schema.getField(column);
      String found = "a value of type " + ColumnKind.ofText(text).sqlName();
      throw records.failure(Inference.misfit("column", field, found, sample));
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
