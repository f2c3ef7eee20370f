package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.postgres.SqlToken.Kind;
import io.resultsink.pipelines.query.QueryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A user's text that is one query, and what the server gets of it: the same, with {@code $1} for
 * each call of {@code SCHEDULED_TIME()} or {@code TD_SCHEDULED_TIME()}.
 *
 * <p>That there is one statement is PostgreSQL's to say, too; here it is said in words.
 */
final class SingleQuery {

  private static final Set<String> BEGINNINGS = Set.of("select", "with", "values", "table");
  private static final Set<String> SCHEDULED = Set.of("scheduled_time", "td_scheduled_time");

  /** Spaces keep it apart from a word that stands without one in the user's text. */
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
   * @throws QueryException when it is more than one statement, or no query
   */
  static SingleQuery of(String sql) {
    if (sql.indexOf(0) >= 0) {
      throw new QueryException(
          SqlPosition.of(sql, sql.indexOf(0)) + ": there is a U+0000, which no text may have");
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
                + ": a second statement follows; give one query alone");
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
          "%s: %s is no query; begin with SELECT, WITH, VALUES or TABLE"
              .formatted(
                  SqlPosition.of(sql, first.begin()),
                  first.kind() == Kind.WORD ? first.text().toUpperCase(Locale.ROOT) : "this"));
    }
    return List.copyOf(statement);
  }

  /** The calls, each as one token. */
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

  /** The text as the user wrote it. */
  String written() {
    return written;
  }

  /** Its tokens, without semicolons at the end. */
  List<SqlToken> tokens() {
    return tokens;
  }

  /** The text for the server. */
  String sent() {
    return sent;
  }

  /** Returns whether the server is to be given a value for {@code $1}. */
  boolean asksForTime() {
    return !calls.isEmpty();
  }

  /**
   * Returns the place in the user's text that the server's position stands for.
   *
   * @param position in what was sent, in characters from 1 on
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
