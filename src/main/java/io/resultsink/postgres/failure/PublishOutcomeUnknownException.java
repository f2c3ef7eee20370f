package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * The loss of the connection around COMMIT, while the server cannot be reached. The target is old
 * or new, and complete. A launch with the same run id finds out, and publishes once.
 */
public final class PublishOutcomeUnknownException extends ResultSinkException {

  /** Creates one. {@code message} names the run and the table, and says how to find out. */
  public PublishOutcomeUnknownException(
      String message, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, Remedy.CHECK_TARGET, sqlState, cause);
  }
}
