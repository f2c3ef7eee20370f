package io.resultsink.pipelines.engine;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.values.Row;

/** The rows of one execution of a query. */
@Internal
public interface RowCursor extends AutoCloseable {

  /**
   * Returns the next rows; none after the last.
   *
   * @param rows the most rows
   * @param bytes the approximate limit of texts and byte strings together; at least one row is
   *     returned
   * @throws RuntimeException in words for the user, if the query fails, or if its columns or files
   *     have changed since it was prepared
   */
  List<Row> next(int rows, long bytes);

  /** Ends the execution at once, from any thread. Current and later calls for rows fail. */
  void cancel();

  /** Ends the session. The reading thread calls this as soon as it needs no more rows. */
  @Override
  void close();
}
