package io.resultsink.pipelines.query;

import io.resultsink.pipelines.engine.InputMetrics;
import java.io.IOException;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;

/** The step that reads rows of parts of files. */
final class ReadRows extends DoFn<ListedPart, Row> {

  private static final int COUNTED_AT_ONCE = 1000;

  private final TableFormat format;
  private final Schema schema;

  ReadRows(TableFormat format, Schema schema) {
    this.format = format;
    this.schema = schema;
  }

  @ProcessElement
  public void read(@Element ListedPart listed, OutputReceiver<Row> output) throws IOException {
    listed.checkUnchanged();
    FilePart part = listed.part();
    Counter counter = InputMetrics.rowsRead(part.table());
    int uncounted = 0;
    try (RowSource rows = format.open(part, schema)) {
      for (Row row; (row = rows.next()) != null; ) {
        output.output(row);
        if (++uncounted == COUNTED_AT_ONCE) {
          counter.inc(uncounted);
          uncounted = 0;
        }
      }
    }
    counter.inc(uncounted);
    listed.checkUnchanged();
  }
}
