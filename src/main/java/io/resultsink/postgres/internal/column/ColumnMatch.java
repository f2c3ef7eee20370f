package io.resultsink.postgres.internal.column;

import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A result's fields beside a table's columns.
 *
 * @param columns those that match; all of them when there are no problems
 * @param problems one line each: the column, and what is wrong with it
 */
@Internal
public record ColumnMatch(Columns columns, List<String> problems) {

  /** Copies the problems. */
  public ColumnMatch {
    problems = List.copyOf(problems);
  }
}
