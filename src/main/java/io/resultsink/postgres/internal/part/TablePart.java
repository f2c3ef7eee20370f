package io.resultsink.postgres.internal.part;

import org.apache.beam.sdk.annotations.Internal;

/**
 * One kind of thing that hangs on a table.
 *
 * <p>Its queries may read the tables of {@link PartTables}.
 *
 * @param words the kind as messages name it
 * @param fate its fate in a replace without {@code keep=all}
 * @param phase when a new table gets it, in a replace with {@code keep=all}
 * @param labels a query of the names in a dry run: one text a row, NULL for nothing
 * @param making a query of the statements that make it. Its columns are {@code rank}, {@code what}
 *     (the name in messages, NULL for {@code words}), {@code before} and {@code after}. The last
 *     two are the text before and after the new table's name; {@code after} is NULL if the
 *     statement lacks that name
 */
@Internal
public record TablePart(String words, Fate fate, Phase phase, String labels, String making) {

  /** The fate of a part in a replace without {@code keep=all}. */
  public enum Fate {
    /** The new table gets it. */
    CARRIED,
    /** The new table does not get it. */
    LOST,
    /** The replace is refused because of it. */
    REFUSED
  }

  /** The moment at which a replace with {@code keep=all} makes a part. */
  public enum Phase {
    /** With the columns, in CREATE TABLE. */
    COLUMNS,
    /** Before the rows are copied or, on a sealed table, after the indexes. */
    SHAPE,
    /** After the rows are there, under a lock that only writers feel. */
    INDEX,
    /** After the indexes are built. */
    CONSTRAINT,
    /** While writers of other tables wait, and no readers. */
    REFERENCE,
    /** Before the table is locked against readers, who take these locks in the same order. */
    LOCK,
    /** While readers wait, before the tables exchange names. */
    HAND_OVER,
    /** After that, before the old table is dropped. */
    REBOUND,
    /** After the old table is dropped and its names are free. */
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
