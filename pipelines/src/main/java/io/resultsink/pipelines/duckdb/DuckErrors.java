package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.QueryException;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB's failures in words without data.
 *
 * <p>A message about a value quotes it, and often its whole line. So only numbers and names that
 * are not data are taken from such a message, and the exception has no cause.
 */
final class DuckErrors {

  private static final Pattern KIND = Pattern.compile("^([A-Z][A-Za-z ]+?) ?[Ee]rror: ");
  private static final Pattern SQL_LINE = Pattern.compile("(?m)^LINE (\\d+): ");
  private static final Pattern CANDIDATES =
      Pattern.compile("(?m)^(Candidate bindings|Did you mean|Candidate functions).*$");
  private static final Pattern JSON_PLACE =
      Pattern.compile("^Invalid Input Error: Malformed JSON in file \"(.*)\", at byte ");
  private static final Pattern TYPE = Pattern.compile(" to '?([A-Z][A-Z0-9_]*)");

  private DuckErrors() {}

  /** Returns the failure of planning a query, whose message has SQL and no data. */
  static QueryException ofPlanning(SQLException failure) {
    String message = message(failure);
    String reason = KIND.matcher(firstLine(message)).replaceFirst("");
    Matcher line = SQL_LINE.matcher(message);
    Matcher candidates = CANDIDATES.matcher(message);
    return new QueryException(
        "SQL%s: %s%s"
            .formatted(
                line.find() ? " line " + line.group(1) : "",
                reason,
                candidates.find() ? " " + candidates.group() : ""));
  }

  /** Returns whether a failure is one of the SQL, and not of the data. */
  static boolean isOfPlanning(SQLException failure) {
    return List.of("Parser", "Binder", "Catalog", "Not implemented", "Permission", "Syntax")
        .contains(kind(failure));
  }

  /** Returns whether a second reading of the files may find the place. */
  static boolean mayBeOfFile(SQLException failure) {
    return !List.of("Conversion", "Out of Range", "Out of Memory", "OutOfMemory", "INTERRUPT")
        .contains(kind(failure));
  }

  /**
   * Returns the failure of a query during its execution.
   *
   * @param reject the place that a second reading of its files found; null for none
   */
  static RuntimeException ofRunning(SQLException failure, @Nullable String reject) {
    if (reject != null) {
      return new QueryFailedException(reject);
    }
    String message = message(failure);
    Matcher json = JSON_PLACE.matcher(firstLine(message));
    if (json.find()) {
      return new QueryFailedException(json.group(1) + ": a record is not JSON");
    }
    String where = "";
    Matcher line = SQL_LINE.matcher(message);
    if (line.find()) {
      where = "SQL line " + line.group(1) + ": ";
    }
    Matcher type = TYPE.matcher(firstLine(message));
    return new QueryFailedException(
        where
            + switch (kind(failure)) {
              case "Conversion" ->
                  "a value cannot be converted%s; TRY_CAST makes it NULL"
                      .formatted(type.find() ? " to " + type.group(1) : "");
              case "Out of Range" ->
                  "a number is too large for its type; CAST to a larger one, such as DECIMAL(38, 0)"
                      + " or DOUBLE";
              case "Out of Memory", "OutOfMemory" ->
                  "the query needs more memory than it may use; read less, or use a machine with"
                      + " more";
              case "IO" -> "a file cannot be read";
              case "Invalid Input" -> "a value is not valid for a function or a file's format";
              case "Interrupt", "INTERRUPT" -> "the query was cancelled";
              default -> "DuckDB cannot run the query: " + kind(failure) + " error";
            });
  }

  private static String kind(SQLException failure) {
    Matcher kind = KIND.matcher(message(failure));
    return kind.find() ? kind.group(1) : "unknown";
  }

  private static String message(SQLException failure) {
    return String.valueOf(failure.getMessage());
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
