package io.resultsink.pipelines.command;

/** The command line is wrong in a way that its parser does not see. */
final class UsageException extends RuntimeException {

  UsageException(String message) {
    super(message);
  }
}
