package io.resultsink.postgres.failure;

import org.jspecify.annotations.Nullable;

/**
 * The failure to get a session with the database, because of host, port, database, user, password
 * or TLS. Nothing was done.
 */
public final class DatabaseUnavailableException extends ResultSinkException {

  /** Creates one. {@code message} names the server, the role, and what to check. */
  public DatabaseUnavailableException(
      String message, Remedy remedy, @Nullable String sqlState, @Nullable Throwable cause) {
    super(message, remedy, sqlState, cause);
  }
}
