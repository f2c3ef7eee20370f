package io.resultsink.pipelines.command;

/** A run that ended badly, in words for users. */
final class RunException extends RuntimeException {

  RunException(String message) {
    super(message);
  }

  RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
