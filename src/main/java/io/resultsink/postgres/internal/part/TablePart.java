package io.resultsink.postgres.internal.part;

import org.apache.beam.sdk.annotations.Internal;

/**
 * One kind of thing that hangs on a table.
 *
 * <p>Its queries may read the tables that {@link TableParts} begins every query with.
 *
 * @param words the kind as messages name it
 * @param fate what becomes of it in a replace that keeps nothing but what every replace keeps
 * @param phase when a new table gets it, in a replace that keeps everything
 * @param labels a query of what a dry run names: one text a row, NULL for nothing
 * @param making a query of the statements that make it: {@code rank}, {@code what} (as messages
 *     name the thing, NULL for {@code words}), {@code before} and {@code after} the new table's
 *     name; {@code after} is NULL when the statement does not have that name
 */
@Internal
public record TablePart(String words, Fate fate, Phase phase, String labels, String making) {

  /** The fate of a part in a replace that is not asked to keep everything. */
  public enum Fate {
    /** The new table gets it. */
    CARRIED,
    /** The new table does not get it. */
    LOST,
    /** The table is not replaced because of it. */
    REFUSED
  }

  /** The moment at which a replace that keeps everything makes a part. */
  public enum Phase {
    /** With the columns themselves. */
    COLUMNS,
    /** Before the rows are there; where they are already, after their indexes. */
    SHAPE,
    /** After the rows are there; writers alone are in the way. */
    INDEX,
    /** After the indexes are there. */
    CONSTRAINT,
    /** While writers of other tables wait, and no reader. */
    REFERENCE,
    /** Before the table is locked against readers, as they take these locks. */
    LOCK,
    /** While readers wait, before the new table has the old one's name. */
    HAND_OVER,
    /** After it has that name, and before the old table is dropped. */
    REBOUND,
    /** After the old table has gone, and its names are free. */
    NAMED
  }

  static TablePart carried(String words, Phase phase, String labels, String making) {
    return new TablePart(words, Fate.CARRIED, phase, labels, making);
  }

  static TablePart lost(String words, Phase phase, String labels, String making) {
    return new TablePart(words, Fate.LOST, phase, labels, making);
  }

  @Override
  public String toString() {
    return words;
  }
}
