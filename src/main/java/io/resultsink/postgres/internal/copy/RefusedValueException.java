package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;

/**
 * The refusal of a value by an encoder. It never leaves {@link RowEncoder}, which adds the column.
 *
 * <p>The reason never has the value. There is no stack trace, because the column says enough.
 */
public final class RefusedValueException extends RuntimeException {

  private final String sqlState;

  /**
   * Creates one. {@code reason} continues a sentence such as "a value does not fit column a
   * (integer): ".
   */
  public RefusedValueException(String reason) {
    this(reason, SqlState.DATA_EXCEPTION);
  }

  /** As above, with the SQLSTATE that the server would give for such a value. */
  public RefusedValueException(String reason, String sqlState) {
    super(reason, null, false, false);
    this.sqlState = sqlState;
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  String sqlState() {
    return sqlState;
  }
}
