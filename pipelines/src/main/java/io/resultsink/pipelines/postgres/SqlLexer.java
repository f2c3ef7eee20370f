package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.query.QueryException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of a text by the rules of PostgreSQL's scanner, without comments.
 *
 * <p>{@code standard_conforming_strings} is on, so a backslash is special only in E''.
 */
final class SqlLexer {

  private static final String OPERATORS = "+-*/<>=~!@#%^&|`?";

  private final String sql;
  private final List<SqlToken> tokens = new ArrayList<>();
  private int at;

  private SqlLexer(String sql) {
    this.sql = sql;
  }

  /**
   * Returns the tokens of a text.
   *
   * @throws QueryException if a string, quoted name or comment has no end
   */
  static List<SqlToken> tokens(String sql) {
    SqlLexer lexer = new SqlLexer(sql);
    lexer.skipBlanks();
    while (lexer.at < sql.length()) {
      lexer.token();
      lexer.skipBlanks();
    }
    return List.copyOf(lexer.tokens);
  }

  private void token() {
    int begin = at;
    char c = sql.charAt(at);
    if (c == '\'') {
      string(begin, false);
    } else if (c == '"') {
      quoted(begin);
    } else if (c == '$') {
      dollar(begin);
    } else if (isDigit(c) || c == '.' && isDigit(charAt(at + 1))) {
      number(begin);
    } else if (isNameStart(c)) {
      word(begin);
    } else if (OPERATORS.indexOf(c) >= 0) {
      operator(begin);
    } else {
      at += sql.startsWith("::", at) ? 2 : 1;
      add(SqlToken.Kind.SYMBOL, begin);
    }
  }

  /** A word, or the prefix of a string or quoted name. */
  private void word(int begin) {
    char c = Character.toLowerCase(sql.charAt(at));
    char next = charAt(at + 1);
    if (next == '\'' && (c == 'e' || c == 'b' || c == 'x' || c == 'n')) {
      at++;
      string(begin, c == 'e');
    } else if (c == 'u' && next == '&' && charAt(at + 2) == '\'') {
      at += 2;
      string(begin, false);
    } else if (c == 'u' && next == '&' && charAt(at + 2) == '"') {
      at += 2;
      quoted(begin);
    } else {
      while (isNamePart(charAt(at)) || charAt(at) == '$') {
        at++;
      }
      add(SqlToken.Kind.WORD, begin);
    }
  }

  private void string(int begin, boolean escapes) {
    do {
      at++;
      while (charAt(at) != '\'' || charAt(at + 1) == '\'') {
        if (at >= sql.length()) {
          throw unclosed("string", begin);
        }
        at += charAt(at) == '\'' || escapes && charAt(at) == '\\' ? 2 : 1;
      }
      at++;
    } while (goesOn());
    add(SqlToken.Kind.STRING, begin);
  }

  /** A string continues after a line break, with the same kind of quotes. */
  private boolean goesOn() {
    int end = at;
    boolean newLine = false;
    while (at < sql.length() && (isBlank(charAt(at)) || sql.startsWith("--", at))) {
      if (isBlank(charAt(at))) {
        newLine |= isNewLine(charAt(at));
        at++;
      } else {
        skipLine();
      }
    }
    if (newLine && charAt(at) == '\'') {
      return true;
    }
    at = end;
    return false;
  }

  private void quoted(int begin) {
    at++;
    while (charAt(at) != '"' || charAt(at + 1) == '"') {
      if (at >= sql.length()) {
        throw unclosed("quoted name", begin);
      }
      at += charAt(at) == '"' ? 2 : 1;
    }
    at++;
    add(SqlToken.Kind.QUOTED, begin);
  }

  private void dollar(int begin) {
    at++;
    if (isDigit(charAt(at))) {
      while (isDigit(charAt(at))) {
        at++;
      }
      add(SqlToken.Kind.PARAMETER, begin);
      return;
    }
    if (isNameStart(charAt(at))) {
      while (isNamePart(charAt(at))) {
        at++;
      }
    }
    if (charAt(at) != '$') {
      at = begin + 1;
      add(SqlToken.Kind.SYMBOL, begin);
      return;
    }
    String quote = sql.substring(begin, at + 1);
    int end = sql.indexOf(quote, at + 1);
    if (end < 0) {
      throw unclosed("string", begin);
    }
    at = end + quote.length();
    add(SqlToken.Kind.STRING, begin);
  }

  private void number(int begin) {
    boolean decimal = Character.isDigit(charAt(at + 1)) || charAt(at) != '0';
    while (isNamePart(charAt(at))
        || charAt(at) == '.' && charAt(at + 1) != '.'
        || decimal && isSign(charAt(at)) && isExponent(charAt(at - 1)) && isDigit(charAt(at + 1))) {
      at++;
    }
    add(SqlToken.Kind.NUMBER, begin);
  }

  private void operator(int begin) {
    while (charAt(at) != 0
        && OPERATORS.indexOf(charAt(at)) >= 0
        && !sql.startsWith("--", at)
        && !sql.startsWith("/*", at)) {
      at++;
    }
    add(SqlToken.Kind.SYMBOL, begin);
  }

  private void skipBlanks() {
    while (at < sql.length()) {
      if (isBlank(charAt(at))) {
        at++;
      } else if (sql.startsWith("--", at)) {
        skipLine();
      } else if (sql.startsWith("/*", at)) {
        skipComment();
      } else {
        return;
      }
    }
  }

  private void skipLine() {
    while (at < sql.length() && !isNewLine(charAt(at))) {
      at++;
    }
  }

  private void skipComment() {
    int begin = at;
    int depth = 0;
    do {
      if (at >= sql.length()) {
        throw unclosed("comment", begin);
      }
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0);
  }

  private QueryException unclosed(String what, int begin) {
    return new QueryException("%s: this %s has no end".formatted(SqlPosition.of(sql, begin), what));
  }

  private void add(SqlToken.Kind kind, int begin) {
    tokens.add(new SqlToken(kind, sql.substring(begin, at), begin, at));
  }

  /** Returns a character; after the end, one that PostgreSQL's texts do not have. */
  private char charAt(int index) {
    return index < sql.length() ? sql.charAt(index) : 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private static boolean isNewLine(char c) {
    return c == '\n' || c == '\r';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isSign(char c) {
    return c == '+' || c == '-';
  }

  private static boolean isExponent(char c) {
    return c == 'e' || c == 'E';
  }

  private static boolean isNameStart(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c);
  }
}
