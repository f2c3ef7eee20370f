package io.resultsink.pipelines.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Avro data files, all with the schema of the first, as far as Avro can resolve theirs to it. */
final class AvroFormat implements TableFormat {

  private @Nullable String schemaJson;

  @Override
  public Schema schemaOf(List<String> files, int sample) throws IOException {
    String first = files.get(0);
    try (DataFileStream<GenericRecord> records = stream(first, new GenericDatumReader<>())) {
      org.apache.avro.Schema avro = records.getSchema();
      if (avro.getType() != org.apache.avro.Schema.Type.RECORD) {
        throw new InputException(first + ": not a file of Avro records");
      }
      schemaJson = avro.toString();
      Schema.Builder schema = Schema.builder();
      avro.getFields().stream()
          .map(AvroColumn::of)
          .forEach(column -> schema.addNullableField(column.name(), column.type()));
      return schema.build();
    }
  }

  @Override
  public RowSource open(FilePart part, Schema schema) {
    org.apache.avro.Schema expected = new org.apache.avro.Schema.Parser().parse(schemaJson);
    DataFileStream<GenericRecord> records =
        stream(part.file(), new GenericDatumReader<>(null, expected));
    List<AvroColumn> columns = expected.getFields().stream().map(AvroColumn::of).toList();
    return new AvroRows(part, records, columns, schema);
  }

  private static DataFileStream<GenericRecord> stream(
      String file, GenericDatumReader<GenericRecord> reader) {
    try {
      return new DataFileStream<>(InputFiles.open(file), reader);
    } catch (IOException | AvroRuntimeException e) {
      throw new InputException(file, "not an Avro data file", e);
    }
  }

  private record AvroRows(
      FilePart part, DataFileStream<GenericRecord> records, List<AvroColumn> columns, Schema schema)
      implements RowSource {

    @Override
    public @Nullable Row next() {
      GenericRecord record;
      try {
        if (!records.hasNext()) {
          return null;
        }
        record = records.next();
      } catch (AvroRuntimeException e) {
        throw new InputException(part.file(), "a broken record, or one of another schema", e);
      }
      List<@Nullable Object> values = new ArrayList<>(columns.size());
      for (int i = 0; i < columns.size(); i++) {
        values.add(columns.get(i).convert(record.get(i), part.table()));
      }
      return Row.withSchema(schema).attachValues(values);
    }

    @Override
    public void close() throws IOException {
      records.close();
    }
  }
}
