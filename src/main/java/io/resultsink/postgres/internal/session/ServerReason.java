package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The server's reason for a failure, without the content of a row.
 *
 * <p>DETAIL, HINT and CONTEXT may quote values after any failure: a COPY that is cancelled quotes
 * its current line. So they are left out. The message of a data exception (class 22) is left out
 * too, because it quotes the value.
 */
@Internal
public final class ServerReason {

  private static final String DATA_EXCEPTION = "22";

  private ServerReason() {}

  /** Returns the sentence to show, in one line. */
  public static String of(SQLException failure) {
    String state = SqlState.of(failure);
    if (SqlState.UNTRANSLATABLE_CHARACTER.equals(state)) {
      return "it has a character that the database's encoding lacks";
    }
    if (state != null && state.startsWith(DATA_EXCEPTION)) {
      return "a value is not valid for its type";
    }
    ServerErrorMessage said = said(failure);
    return Printable.of(
        String.valueOf(
            said != null && said.getMessage() != null ? said.getMessage() : failure.getMessage()));
  }

  /**
   * Returns the failure for use as a cause, or for a log. A failure of the driver itself is
   * returned as it is, one of the server as a copy that quotes nothing. Suppressed failures are
   * treated likewise.
   */
  public static SQLException scrubbed(SQLException failure) {
    if (said(failure) == null && failure.getSuppressed().length == 0) {
      return failure;
    }
    SQLException copy = new SQLException(of(failure), SqlState.of(failure));
    copy.setStackTrace(failure.getStackTrace());
    for (Throwable suppressed : failure.getSuppressed()) {
      copy.addSuppressed(suppressed instanceof SQLException sql ? scrubbed(sql) : suppressed);
    }
    return copy;
  }

  /** A pool may have wrapped the exception. */
  private static @Nullable ServerErrorMessage said(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
        return postgres.getServerErrorMessage();
      }
    }
    return null;
  }
}
