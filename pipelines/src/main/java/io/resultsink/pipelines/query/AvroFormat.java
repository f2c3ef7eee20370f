package io.resultsink.pipelines.query;

import java.io.IOException;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.extensions.avro.schemas.utils.AvroUtils;
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
      schemaJson = records.getSchema().toString();
      return AvroUtils.toBeamSchema(records.getSchema());
    }
  }

  @Override
  public RowSource open(FilePart part, Schema schema) throws IOException {
    org.apache.avro.Schema expected = new org.apache.avro.Schema.Parser().parse(schemaJson);
    DataFileStream<GenericRecord> records =
        stream(part.file(), new GenericDatumReader<>(null, expected));
    return new AvroRows(part.file(), records, schema);
  }

  private static DataFileStream<GenericRecord> stream(
      String file, GenericDatumReader<GenericRecord> reader) {
    try {
      return new DataFileStream<>(InputFiles.open(file), reader);
    } catch (IOException | AvroRuntimeException e) {
      throw new InputException(file, "not an Avro data file", e);
    }
  }

  private record AvroRows(String file, DataFileStream<GenericRecord> records, Schema schema)
      implements RowSource {

    @Override
    public @Nullable Row next() {
      try {
        return records.hasNext() ? AvroUtils.toBeamRowStrict(records.next(), schema) : null;
      } catch (AvroRuntimeException e) {
        throw new InputException(file, "broken Avro record, or one of another schema", e);
      }
    }

    @Override
    public void close() throws IOException {
      records.close();
    }
  }
}
