package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Locale;

/** The fate of staged rows when the server crashes before they are published. */
public enum StagingDurability {
  /** Faster to write; a crash or failover of the server empties it, and the run fails. */
  UNLOGGED,
  /** Survives a crash or failover of the server. */
  LOGGED;

  /**
   * Returns what a mode does unless asked; an unlogged table could not go live without a rewrite.
   */
  static StagingDurability ofMode(WriteMode mode) {
    return mode == WriteMode.REPLACE ? LOGGED : UNLOGGED;
  }

  /** As a URL writes it. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value of a URL's {@code staging=} option.
   *
   * @throws InvalidTargetException naming the valid ones when {@code text} is none of them
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
