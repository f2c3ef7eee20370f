package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Locale;

/** The way in which {@link WriteMode#TRUNCATE} empties the table. */
public enum Reset {
  /** By DELETE, so that readers never wait. The dead rows are vacuumed afterwards. */
  DELETE,
  /**
   * By TRUNCATE, and filled by {@code COPY ... FREEZE} under the same lock. Readers wait as long as
   * the rows take to load, and the table has no dead rows afterwards.
   */
  TRUNCATE;

  /** Returns the value as a URL writes it, {@code delete} for {@link #DELETE}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the value of a URL's {@code reset=} option.
   *
   * @throws InvalidTargetException naming the valid values, if {@code text} is not one
   */
  static Reset parse(String text) {
    for (Reset reset : values()) {
      if (reset.option().equals(text)) {
        return reset;
      }
    }
    throw new InvalidTargetException("reset '" + text + "' is not known; use delete or truncate");
  }
}
