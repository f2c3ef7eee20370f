package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/** The failure of a publish that was rolled back. The target is untouched. */
public final class PublishFailedException extends ResultSinkException {

  /** Creates one. {@code message} names the table, and says what happened and what to do. */
  public PublishFailedException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
