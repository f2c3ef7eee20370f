package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/** Rows could not be staged. The target is untouched; the same run can be tried again. */
public final class StagingFailedException extends ResultSinkException {

  /** {@code message} says which staging table and what happened. */
  public StagingFailedException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
