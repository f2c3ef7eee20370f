package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * The connection was lost around COMMIT and the server cannot be reached: the target is old or new,
 * and whole. Running the same run id again finds out, and publishes once.
 */
public final class PublishOutcomeUnknownException extends ResultSinkException {

  /** {@code message} says which run and table, and how to find out. */
  public PublishOutcomeUnknownException(
      String message, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, Remedy.CHECK_TARGET, sqlState, cause);
  }
}
