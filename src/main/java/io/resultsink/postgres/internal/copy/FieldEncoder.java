package io.resultsink.postgres.internal.copy;

import java.util.function.Function;

/** The encoder of one field of a tuple: its length in bytes, as an int, and then the bytes. */
@FunctionalInterface
public interface FieldEncoder {

  /**
   * Appends a value that is not null.
   *
   * @throws RefusedValueException if the column's type cannot have exactly this value; the caller
   *     then removes the appended bytes
   */
  void encode(Object value, CopyBuffer buffer);

  /** Returns an encoder that converts each value for this one. */
  default FieldEncoder after(Function<Object, ?> conversion) {
    return (value, buffer) -> encode(conversion.apply(value), buffer);
  }
}
