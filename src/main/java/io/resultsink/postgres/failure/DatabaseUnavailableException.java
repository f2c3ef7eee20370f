package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/** No session with the database: host, port, database, user, password or TLS. Nothing was done. */
public final class DatabaseUnavailableException extends ResultSinkException {

  /** {@code message} says which server, as whom and what to check. */
  public DatabaseUnavailableException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
