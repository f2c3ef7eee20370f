package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Locale;

/** The fate of staged rows when the server crashes before they are published. */
public enum StagingDurability {
  /**
   * Faster to write. A crash or failover of the server empties the staging table, and the run
   * fails.
   */
  UNLOGGED,
  /** Staged rows survive a crash of the server, and are on its standbys. */
  LOGGED;

  /**
   * Returns the default of a mode. For replace it is logged, because an unlogged table could not
   * become the new table without a rewrite.
   */
  static StagingDurability ofMode(WriteMode mode) {
    return mode == WriteMode.REPLACE ? LOGGED : UNLOGGED;
  }

  /** Returns the value as a URL writes it. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the value of a URL's {@code staging=} option.
   *
   * @throws InvalidTargetException naming the valid values, if {@code text} is not one
   */
  public static StagingDurability parse(String text) {
    for (StagingDurability durability : values()) {
      if (durability.option().equals(text)) {
        return durability;
      }
    }
    throw new InvalidTargetException("staging '" + text + "' is not known; use unlogged or logged");
  }
}
