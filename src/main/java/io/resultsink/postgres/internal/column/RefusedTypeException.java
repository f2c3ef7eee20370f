package io.resultsink.postgres.internal.column;

/** A type that has no mapping, or none to another; the matching adds the column. */
final class RefusedTypeException extends RuntimeException {

  RefusedTypeException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
