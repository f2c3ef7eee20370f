package io.resultsink.pipelines.query;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;

/** Comma or tab separated values after a header line. */
final class CsvFormat implements TableFormat {

  private final char delimiter;
  private final int sample;

  CsvFormat(char delimiter, int sample) {
    this.delimiter = delimiter;
    this.sample = sample;
  }

  @Override
  public Schema schemaOf(List<String> files, int sample) throws IOException {
    List<String> header = List.of();
    ColumnKind[] kinds = {};
    int seen = 0;
    for (String file : files) {
      if (seen == sample) {
        break;
      }
      try (CsvRecords records = CsvRecords.open(file, delimiter)) {
        if (header.isEmpty()) {
          header = records.header();
          kinds = new ColumnKind[header.size()];
          Arrays.fill(kinds, ColumnKind.UNKNOWN);
        }
        int[] positions = records.positionsOf(header);
        for (List<String> record; seen < sample && (record = records.next()) != null; seen++) {
          for (int i = 0; i < kinds.length; i++) {
            String value = record.get(positions[i]);
            kinds[i] = value.isEmpty() ? kinds[i] : kinds[i].with(ColumnKind.ofText(value));
          }
        }
      }
    }
    Schema.Builder schema = Schema.builder();
    for (int i = 0; i < kinds.length; i++) {
      schema.addField(header.get(i), kinds[i].type());
    }
    return schema.build();
  }

  @Override
  public RowSource open(FilePart part, Schema schema) throws IOException {
    return new CsvRows(CsvRecords.open(part.file(), delimiter), schema, sample);
  }
}
