package io.resultsink.pipelines.query;

import java.io.Closeable;
import java.io.IOException;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The rows of one file or part, one after the other. */
interface RowSource extends Closeable {

  /** Returns the next row, or null after the last one. */
  @Nullable Row next() throws IOException;
}
