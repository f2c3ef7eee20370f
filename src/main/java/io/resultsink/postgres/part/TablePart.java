package io.resultsink.postgres.part;

import org.apache.beam.sdk.annotations.Internal;

/**
 * One kind of thing that hangs on a table.
 *
 * <p>Its queries may read {@code old} (the table's row of pg_class), {@code attributes} (its
 * columns) and {@code remaining} (those that the new table has too, with {@code type}, the new
 * type).
 *
 * @param words the kind as messages name it
 * @param fate what becomes of it in a replace that keeps nothing but what every replace keeps
 * @param labels a query of what a dry run names: one text a row, NULL for nothing
 * @param making a query of the statements that make it: {@code rank}, and {@code before} and {@code
 *     after} of the new table's name; empty when there is no such statement
 */
@Internal
public record TablePart(String words, Fate fate, String labels, String making) {

  /** What a replace does with a part. */
  public enum Fate {
    /** The new table gets it. */
    CARRIED,
    /** The new table does not get it. */
    LOST
  }

  static TablePart carried(String words, String labels, String making) {
    return new TablePart(words, Fate.CARRIED, labels, making);
  }

  static TablePart lost(String words, String labels) {
    return new TablePart(words, Fate.LOST, labels, "");
  }

  @Override
  public String toString() {
    return words;
  }
}
