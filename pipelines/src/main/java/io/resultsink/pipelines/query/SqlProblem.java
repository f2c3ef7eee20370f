package io.resultsink.pipelines.query;

import io.resultsink.pipelines.query.beamsql.RefusedQuery;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.plan.RelOptPlanner.CannotPlanException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.runtime.CalciteContextException;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.sql.parser.SqlParseException;
import org.jspecify.annotations.Nullable;

/** The problem of a user's SQL in one sentence, instead of the planner's many. */
final class SqlProblem {

  private static final Pattern NO_TABLE = Pattern.compile("Object '(.*)' not found.*");

  private static final Pattern WORD = Pattern.compile("Encountered \"[A-Za-z_]+");

  private static final String QUOTE = "Encountered \"\\\"";

  private SqlProblem() {}

  /** Returns the failure to show for an exception of planning. */
  static RuntimeException of(
      Exception failure, ScheduledSql sql, String database, Set<String> tables) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = describe(cause, sql, database, tables);
      if (message != null) {
        return new QueryException(message, failure);
      }
      if (cause instanceof InputException || cause instanceof QueryException) {
        return (RuntimeException) cause;
      }
      if (cause instanceof RefusedQuery refusal) {
        return ofRefusal(refusal, sql);
      }
      if (cause instanceof CannotPlanException) {
        return new QueryException("Beam SQL cannot plan this query; see --verbose", failure);
      }
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new QueryException("Beam SQL cannot plan this query; see --verbose", failure);
  }

  /** Returns the failure to show for a query that Beam SQL would answer wrongly, or not at all. */
  static QueryException ofRefusal(RefusedQuery refusal, ScheduledSql sql) {
    String where =
        refusal.line() == 0
            ? ""
            : "SQL line %d, column %d: "
                .formatted(refusal.line(), sql.columnAsWritten(refusal.line(), refusal.column()));
    return new QueryException(where + "Beam SQL: " + refusal.getMessage(), refusal);
  }

  /** Returns the failure to show for a text that is not SQL. */
  static QueryException ofSyntax(SqlParseException syntax) {
    String message =
        "SQL line %d, column %d: %s"
            .formatted(
                syntax.getPos() == null ? 1 : syntax.getPos().getLineNum(),
                syntax.getPos() == null ? 1 : syntax.getPos().getColumnNum(),
                firstLine(syntax.getMessage()) + advice(syntax.getMessage()));
    return new QueryException(message, syntax);
  }

  private static @Nullable String describe(
      Throwable cause, ScheduledSql sql, String database, Set<String> tables) {
    if (cause instanceof CalciteContextException invalid) {
      Throwable original = Objects.requireNonNullElse(invalid.getCause(), invalid);
      String reason = firstLine(String.valueOf(original.getMessage()));
      Matcher noTable = NO_TABLE.matcher(reason);
      String shown = reason;
      if (noTable.matches()) {
        shown =
            "no table '%s' in %s; there are: %s"
                .formatted(
                    noTable.group(1), DatabaseName.parse(database), String.join(", ", tables));
      }
      return "SQL line %d, column %d: %s"
          .formatted(
              invalid.getPosLine(),
              sql.columnAsWritten(invalid.getPosLine(), invalid.getPosColumn()),
              shown);
    }
    if (cause instanceof UnsupportedOperationException) {
      return "Beam SQL cannot run this query: " + firstLine(String.valueOf(cause.getMessage()));
    }
    return null;
  }

  private static String advice(@Nullable String message) {
    if (message == null) {
      return "";
    }
    return WORD.matcher(message).lookingAt() || message.startsWith(QUOTE)
        ? "; if that is a name, write it in `backticks`"
        : "";
  }

  private static String firstLine(@Nullable String message) {
    String text = message == null ? "not understood" : message;
    // The rest of the parser's message lists all words that it would accept.
    return text.lines().findFirst().orElse(text).replaceFirst(" at line \\d+, column \\d+.*", "");
  }
}
