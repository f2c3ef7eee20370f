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
   * The table becomes exactly the result, its columns too. A new table with the old one's owner,
   * grants, comments and row security is swapped in. With {@link Keep#ALL}, the new table also
   * keeps the columns, indexes, constraints and triggers. Readers wait milliseconds for ACCESS
   * EXCLUSIVE, whatever the size.
   */
  REPLACE,
  /**
   * The table keeps its definition and gets exactly the result's rows. Readers never wait; writers
   * wait for the publish (EXCLUSIVE). Emptied by DELETE, so that older snapshots stay right. With
   * {@link Reset#TRUNCATE} readers wait for the load (ACCESS EXCLUSIVE).
   */
  TRUNCATE,
  /**
   * Rows are inserted, or update the row with the same {@code unique} key. Readers never wait;
   * writers wait for the publish (SHARE ROW EXCLUSIVE).
   */
  UPDATE;

  /** Returns the mode as a URL writes it, {@code append} for {@link #APPEND}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the mode of a URL's {@code mode=} option.
   *
   * @throws InvalidTargetException naming the valid values, if {@code text} is not one
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
