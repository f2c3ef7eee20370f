package io.resultsink.postgres.internal.copy;

import java.util.function.Function;

/** Writes one field of a tuple: its length in bytes, as an int, and then the bytes. */
@FunctionalInterface
public interface FieldEncoder {

  /**
   * Appends a value that is not null.
   *
   * @throws RefusedValueException when the column's type cannot hold exactly this value; what was
   *     appended by then is the caller's to remove
   */
  void encode(Object value, CopyBuffer buffer);

  /** An encoder that turns each value into what this one takes. */
  default FieldEncoder after(Function<Object, ?> conversion) {
    return (value, buffer) -> encode(conversion.apply(value), buffer);
  }
}
