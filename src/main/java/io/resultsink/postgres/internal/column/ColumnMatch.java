package io.resultsink.postgres.internal.column;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The result of matching a result's fields with a table's columns.
 *
 * @param columns the columns that match; all of them if there are no problems
 * @param problems one line each: the column and its problem
 */
@Internal
public record ColumnMatch(Columns columns, List<String> problems) {

  /** Copies the problems. */
  public ColumnMatch {
    problems = List.copyOf(problems);
  }
}
