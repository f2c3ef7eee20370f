package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * A failure of the sink that says what happened to the target and what to do next.
 *
 * <p>Each subtype stands for one answer to "was the target changed?". The message never holds a
 * password nor the content of a row.
 */
public abstract sealed class ResultSinkException extends RuntimeException
    permits InvalidTargetException,
        DatabaseUnavailableException,
        IncompatibleTableException,
        UnencodableValueException,
        StagingFailedException,
        PublishFailedException,
        PublishOutcomeUnknownException {

  /** The next step for the reader of the message. */
  public enum Remedy {
    /** The URL, an option or the credentials are to be changed. */
    FIX_CONFIGURATION,
    /** The table, its schema or the privileges on it are to be changed. */
    FIX_TABLE,
    /** The result holds a value that the table cannot take. */
    FIX_DATA,
    /** Nothing is wrong with the request: run it again. */
    RETRY,
    /** Ask the ledger whether the run was published. */
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

  /** The SQLSTATE that PostgreSQL answered, or null when the failure is not PostgreSQL's. */
  public @Nullable String sqlState() {
    return sqlState;
  }
}
