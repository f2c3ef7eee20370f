package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the sink that says what happened to the target and what to do next.
 *
 * <p>Each subtype is one answer to "was the target changed?". The message never has a password or
 * the content of a row.
 */
public abstract sealed class ResultSinkException extends RuntimeException
    permits InvalidTargetException,
        DatabaseUnavailableException,
        IncompatibleTableException,
        UnencodableValueException,
        StagingFailedException,
        PublishFailedException,
        PublishOutcomeUnknownException,
        RejectedRowsUnreadException {

  /** The next step for the reader of the message. */
  public enum Remedy {
    /** Change the URL, an option or the credentials. */
    FIX_CONFIGURATION,
    /** Change the table, its schema or the privileges on it. */
    FIX_TABLE,
    /** Change the result, which has a value that the table cannot have. */
    FIX_DATA,
    /** Run it again; the request is right. */
    RETRY,
    /** Find out from the ledger whether the run was published. */
    CHECK_TARGET
  }

  private final Remedy remedy;
  private final @Nullable String sqlState;

  ResultSinkException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(Printable.lines(message), cause);
    this.remedy = remedy;
    this.sqlState = sqlState;
  }

  /** Returns what to do next. */
  public Remedy remedy() {
    return remedy;
  }

  /** Returns the SQLSTATE of PostgreSQL's answer; null if the failure is not PostgreSQL's. */
  public @Nullable String sqlState() {
    return sqlState;
  }
}
