package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.UnencodableValueException;

/**
 * The reason why a row does not fit its table. It holds no value.
 *
 * @param column the column whose value does not fit
 * @param type the column's type as PostgreSQL writes it
 * @param reason a clause such as "it is out of range, -32768 to 32767"
 * @param sqlState the server's code for such a value
 */
public record Refusal(String column, String type, String reason, String sqlState) {

  /** The failure of a run that has nowhere to put such a row. */
  public UnencodableValueException exception() {
    return new UnencodableValueException(column, type, reason);
  }

  /** The reason as a sentence. */
  public String sentence() {
    return UnencodableValueException.sentence(column, type, reason);
  }
}
