package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.postgres.SqlToken.Kind;
import io.resultsink.pipelines.query.QueryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A user's text that is one query, and the text for the server, which has {@code $1} for each call
 * of {@code SCHEDULED_TIME()} or {@code TD_SCHEDULED_TIME()}.
 *
 * <p>PostgreSQL too checks that there is one statement; this class gives the better message.
 */
final class SingleQuery {

  private static final Set<String> BEGINNINGS = Set.of("select", "with", "values", "table");
  private static final Set<String> SCHEDULED = Set.of("scheduled_time", "td_scheduled_time");

  /** Spaces separate it from a word that follows without one in the user's text. */
  private static final String PARAMETER = " $1 ";

  private final String written;
  private final List<SqlToken> tokens;
  private final List<SqlToken> calls;
  private final String sent;

  private SingleQuery(String written, List<SqlToken> tokens, List<SqlToken> calls, String sent) {
    this.written = written;
    this.tokens = tokens;
    this.calls = calls;
    this.sent = sent;
  }

  /**
   * Checks a text.
   *
   * @throws QueryException if it is more than one statement, or not a query
   */
  static SingleQuery of(String sql) {
    if (sql.indexOf(0) >= 0) {
      throw new QueryException(
          SqlPosition.of(sql, sql.indexOf(0)) + ": it has a U+0000, which no text may have");
    }
    List<SqlToken> tokens = checked(sql, SqlLexer.tokens(sql));
    List<SqlToken> calls = calls(sql, tokens);
    StringBuilder sent = new StringBuilder();
    int copied = 0;
    for (SqlToken call : calls) {
      sent.append(sql, copied, call.begin()).append(PARAMETER);
      copied = call.end();
    }
    sent.append(sql, copied, sql.length());
    return new SingleQuery(sql, tokens, calls, sent.toString());
  }

  private static List<SqlToken> checked(String sql, List<SqlToken> tokens) {
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1).isSymbol(";")) {
      end--;
    }
    List<SqlToken> statement = tokens.subList(0, end);
    for (SqlToken token : statement) {
      if (token.isSymbol(";")) {
        throw new QueryException(
            SqlPosition.of(sql, token.begin())
                + ": a second statement follows; give one query only");
      }
      if (token.kind() == Kind.PARAMETER) {
        throw new QueryException(
            SqlPosition.of(sql, token.begin())
                + ": "
                + token.text()
                + " is a parameter, and there is no value for it");
      }
    }
    SqlToken first =
        statement.stream().filter(token -> !token.isSymbol("(")).findFirst().orElse(null);
    if (first == null) {
      throw new QueryException("the SQL is empty");
    }
    if (BEGINNINGS.stream().noneMatch(first::is)) {
      throw new QueryException(
          "%s: %s is not a query; begin with SELECT, WITH, VALUES or TABLE"
              .formatted(
                  SqlPosition.of(sql, first.begin()),
                  first.kind() == Kind.WORD ? first.text().toUpperCase(Locale.ROOT) : "this"));
    }
    return List.copyOf(statement);
  }

  /** Returns the tokens with each call as one token. */
  private static List<SqlToken> calls(String sql, List<SqlToken> tokens) {
    List<SqlToken> calls = new ArrayList<>();
    for (int i = 0; i + 1 < tokens.size(); i++) {
      SqlToken name = tokens.get(i);
      boolean called =
          SCHEDULED.stream().anyMatch(name::is)
              && tokens.get(i + 1).isSymbol("(")
              && (i == 0 || !tokens.get(i - 1).isSymbol("."));
      if (called) {
        if (i + 2 >= tokens.size() || !tokens.get(i + 2).isSymbol(")")) {
          throw new QueryException(
              SqlPosition.of(sql, name.begin())
                  + ": "
                  + name.text().toUpperCase(Locale.ROOT)
                  + "() takes no argument");
        }
        calls.add(new SqlToken(Kind.WORD, name.text(), name.begin(), tokens.get(i + 2).end()));
      }
    }
    return calls;
  }

  /** Returns the text as the user wrote it. */
  String written() {
    return written;
  }

  /** Returns its tokens, without semicolons at the end. */
  List<SqlToken> tokens() {
    return tokens;
  }

  /** Returns the text for the server. */
  String sent() {
    return sent;
  }

  /** Returns whether the server needs a value for {@code $1}. */
  boolean asksForTime() {
    return !calls.isEmpty();
  }

  /**
   * Returns the place in the user's text of a position in the server's text.
   *
   * @param position in characters, from 1
   */
  String written(int position) {
    int index =
        sent.offsetByCodePoints(0, Math.min(position - 1, sent.codePointCount(0, sent.length())));
    int longer = 0;
    for (SqlToken call : calls) {
      int begin = call.begin() + longer;
      if (index < begin) {
        break;
      }
      if (index < begin + PARAMETER.length()) {
        return SqlPosition.of(written, call.begin());
      }
      longer += PARAMETER.length() - (call.end() - call.begin());
    }
    return SqlPosition.of(written, index - longer);
  }
}
