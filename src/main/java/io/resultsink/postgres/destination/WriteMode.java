package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Locale;

/** The way in which the rows of a result and those of the target become one table. */
public enum WriteMode {
  /**
   * The table keeps its rows and gets the result's. Readers and writers never wait; the publish
   * takes ROW EXCLUSIVE, as any INSERT does.
   */
  APPEND,
  /**
   * The table becomes exactly the result, its columns too: a new table swapped in with owner,
   * grants, comments and row security of the old one. Indexes, constraints and triggers are carried
   * over with {@link Keep#ALL}, with which the columns stay the table's, too. Readers wait
   * milliseconds for ACCESS EXCLUSIVE, whatever the size.
   */
  REPLACE,
  /**
   * The table keeps its definition and gets exactly the result's rows. Readers never wait; writers
   * wait for the publish (EXCLUSIVE). Emptied by DELETE, so that older snapshots stay right.
   */
  TRUNCATE,
  /**
   * Rows are inserted, or update the row with the same {@code unique} key. Readers never wait;
   * writers wait for the publish (SHARE ROW EXCLUSIVE).
   */
  UPDATE;

  /** The mode as a URL writes it, {@code append} for {@link #APPEND}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The mode of a URL's {@code mode=} option.
   *
   * @throws InvalidTargetException naming the valid ones when {@code text} is none of them
   */
  public static WriteMode parse(String text) {
    for (WriteMode mode : values()) {
      if (mode.option().equals(text)) {
        return mode;
      }
    }
    throw new InvalidTargetException(
        "mode '" + text + "' is not known; use append, replace, truncate or update");
  }
}
