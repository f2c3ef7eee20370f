package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/** The failure to stage rows. The target is untouched; the same run can be tried again. */
public final class StagingFailedException extends ResultSinkException {

  /** Creates one. {@code message} names the staging table and says what happened. */
  public StagingFailedException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
