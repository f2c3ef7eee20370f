package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The server's errors in words without values of rows. */
final class QueryErrors {

  private static final String READ_ONLY = "25006";
  private static final String CANCELED = "57014";

  /** The words for errors of values, because the server's message may quote a value. */
  private static final Map<String, String> OF_VALUES =
      Map.of(
          "22P02", "a text is not valid for the type that it is read as",
          "22007", "a text is not a date or time of the type that it is read as",
          "22008", "a date or time is out of range",
          "22003", "a number is out of range",
          "22012", "a division by zero",
          "22001", "a text is too long for its type",
          "22023", "an argument of a function is not valid",
          "P0001", "a function that the query calls raised an error");

  /** The classes whose messages have only names, limits and sessions. */
  private static final Set<String> SPEAKING =
      Set.of("08", "0A", "21", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57");

  private QueryErrors() {}

  /** Returns the failure of a text before it was executed. */
  static RuntimeException ofDescription(SingleQuery query, SQLException failure) {
    return SqlState.isTransient(failure) || CANCELED.equals(failure.getSQLState())
        ? ofExecution(query, failure)
        : new QueryException(sentence(query, failure));
  }

  /** Returns the failure of an execution. */
  static QueryFailedException ofExecution(SingleQuery query, SQLException failure) {
    return new QueryFailedException(
        sentence(query, failure) + "; nothing was published", scrubbed(failure));
  }

  private static String sentence(SingleQuery query, SQLException failure) {
    String state = String.valueOf(SqlState.of(failure));
    ServerErrorMessage said = said(failure);
    int position = said == null ? 0 : said.getPosition();
    String where = position > 0 ? query.written(position) + ": " : "the query failed: ";
    return where + reason(state, failure, said) + " (SQLSTATE " + state + ")";
  }

  private static String reason(
      String state, SQLException failure, @Nullable ServerErrorMessage said) {
    if (state.equals(READ_ONLY)) {
      return "a query may only read, and this one writes, locks rows or advances a sequence";
    }
    String known = OF_VALUES.get(state);
    if (known != null) {
      return known;
    }
    if (!speaks(state)) {
      return "the server's message may quote a row, and is not shown";
    }
    String message = said == null ? null : said.getMessage();
    return message != null ? message : String.valueOf(failure.getMessage());
  }

  private static boolean speaks(String state) {
    return state.length() == 5 && SPEAKING.contains(state.substring(0, 2));
  }

  private static @Nullable ServerErrorMessage said(SQLException failure) {
    return failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
  }

  /**
   * Left out, because DETAIL, HINT and CONTEXT may quote a row in any class, and a stack trace
   * shows them.
   */
  private static SQLException scrubbed(SQLException failure) {
    String state = String.valueOf(SqlState.of(failure));
    SQLException copy = new SQLException(reason(state, failure, said(failure)), state);
    copy.setStackTrace(failure.getStackTrace());
    return copy;
  }
}
