package io.resultsink.pipelines.command;

/** A run that ended badly without an exception of its own to show. */
final class RunException extends RuntimeException {

  RunException(String message) {
    super(message);
  }
}
