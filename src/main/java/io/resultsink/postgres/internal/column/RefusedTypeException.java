package io.resultsink.postgres.internal.column;

/**
 * The refusal of a type without a mapping, or without one to another type. The matching adds the
 * column.
 */
final class RefusedTypeException extends RuntimeException {

  RefusedTypeException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
