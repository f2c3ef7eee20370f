package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Locale;

/** The parts that a replace keeps in addition to owner, grants, comments and row security. */
public enum Keep {
  /** Nothing: the new table has the result's columns, and no index, constraint or trigger. */
  NONE,
  /**
   * The whole definition: columns, indexes, keys and other constraints, defaults, identities,
   * triggers, rules, statistics objects and storage. The preflight refuses a table with a part that
   * cannot be kept.
   */
  ALL;

  /** Returns the value as a URL writes it, {@code all} for {@link #ALL}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the value of a URL's {@code keep=} option.
   *
   * @throws InvalidTargetException naming the valid values, if {@code text} is not one
   */
  static Keep parse(String text) {
    for (Keep keep : values()) {
      if (keep.option().equals(text)) {
        return keep;
      }
    }
    throw new InvalidTargetException("keep '" + text + "' is not known; use none or all");
  }
}
