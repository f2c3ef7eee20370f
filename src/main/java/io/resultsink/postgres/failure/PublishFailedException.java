package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/** Publishing was rolled back: the target is untouched. */
public final class PublishFailedException extends ResultSinkException {

  /** {@code message} says which table, what happened and what to do. */
  public PublishFailedException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
