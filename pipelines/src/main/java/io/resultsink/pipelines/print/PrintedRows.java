package io.resultsink.pipelines.print;

import java.io.IOException;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;

/** Rows to be printed, which can be gone through more than once. */
@Internal
public interface PrintedRows {

  Schema schema();

  /** The rows from the first on; the stream is to be closed. */
  Stream<Row> rows() throws IOException;
}
