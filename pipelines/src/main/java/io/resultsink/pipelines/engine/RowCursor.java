package io.resultsink.pipelines.engine;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.values.Row;

/** The rows of one execution of a query. */
@Internal
public interface RowCursor extends AutoCloseable {

  /**
   * The next rows, none after the last.
   *
   * @param rows the most rows to give
   * @param bytes fewer are given when their texts and byte strings are together about that large;
   *     one at least
   * @throws RuntimeException in words for the user, when the query fails, when its columns are no
   *     longer those of {@link PreparedQuery#schema}, or when what it reads has changed since
   */
  List<Row> next(int rows, long bytes);

  /**
   * Ends the execution at once, from any thread. The call that waits for rows, and those that
   * follow, fail.
   */
  void cancel();

  /** Ends the session; called by the thread that reads, as soon as it needs no more rows. */
  @Override
  void close();
}
