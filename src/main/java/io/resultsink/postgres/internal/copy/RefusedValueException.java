package io.resultsink.postgres.internal.copy;

/**
 * The refusal of a value by an encoder. It never leaves {@link RowEncoder}, which adds the column.
 *
 * <p>The reason never has the value. There is no stack trace, because the column says enough.
 */
public final class RefusedValueException extends RuntimeException {

  /**
   * Creates one. {@code reason} continues a sentence such as "a value does not fit column a
   * (integer): ".
   */
  public RefusedValueException(String reason) {
    super(reason, null, false, false);
  }
}
