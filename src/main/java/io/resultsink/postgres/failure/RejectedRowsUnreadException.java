package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * The failure to give out the rows that did not fit, after the others were published. A launch with
 * the same run id gives them out.
 */
public final class RejectedRowsUnreadException extends ResultSinkException {

  /** Creates one. {@code message} names the table that keeps the rows, and says what happened. */
  public RejectedRowsUnreadException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
