package io.resultsink.pipelines.print;

import java.io.IOException;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;

/** Rows to be printed, which can be read more than once. */
@Internal
public interface PrintedRows {

  Schema schema();

  /** Returns the rows from the first; the caller closes the stream. */
  Stream<Row> rows() throws IOException;
}
