package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server says of a failure, without the content of a row.
 *
 * <p>DETAIL, HINT and CONTEXT may quote values and are left out; so is the message of a data
 * exception (class 22), which quotes the value it could not read.
 */
@Internal
public final class ServerReason {

  private static final String DATA_EXCEPTION = "22";
  private static final String INTEGRITY_VIOLATION = "23";

  private ServerReason() {}

  /** The sentence to show. */
  public static String of(SQLException failure) {
    String state = SqlState.of(failure);
    ServerErrorMessage said =
        failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    if (SqlState.is(SqlState.UNTRANSLATABLE_CHARACTER, failure)) {
      return "it has a character that the database's encoding lacks";
    }
    if (state != null && state.startsWith(DATA_EXCEPTION)) {
      return "a value is not valid for its type";
    }
    return said != null && said.getMessage() != null ? said.getMessage() : failure.getMessage();
  }

  /** The failure as the cause of one of ours: the same, or a copy that quotes nothing. */
  public static SQLException scrubbed(SQLException failure) {
    String state = SqlState.of(failure);
    if (state == null
        || !(state.startsWith(DATA_EXCEPTION) || state.startsWith(INTEGRITY_VIOLATION))) {
      return failure;
    }
    SQLException copy = new SQLException(of(failure), state);
    copy.setStackTrace(failure.getStackTrace());
    return copy;
  }
}
