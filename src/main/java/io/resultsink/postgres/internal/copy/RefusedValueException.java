package io.resultsink.postgres.internal.copy;

/**
 * The refusal of a value by an encoder. It never leaves {@link RowEncoder}, which adds the column.
 *
 * <p>The reason never holds the value. There is no stack trace: the column is what tells.
 */
public final class RefusedValueException extends RuntimeException {

  /** {@code reason} continues a sentence such as "a value does not fit column a (integer): ". */
  public RefusedValueException(String reason) {
    super(reason, null, false, false);
  }
}
