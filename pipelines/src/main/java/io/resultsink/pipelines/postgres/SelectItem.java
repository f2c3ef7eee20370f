package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.postgres.SqlToken.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An item of a SELECT list, and whether it has a name.
 *
 * <p>It has one if it has a label, or if it is a column. PostgreSQL names parts and casts of a
 * column like the column. An item that PostgreSQL names after a function, a type or a keyword has
 * none.
 */
record SelectItem(List<SqlToken> tokens) {

  /** Words after which a name is not a label. */
  private static final Set<String> BEFORE_NAMES =
      Set.of("over", "zone", "collate", "and", "or", "not", "is", "like", "ilike", "to", "in");

  /** Values that are written as a word. */
  private static final Set<String> VALUES =
      Set.of(
          "array",
          "true",
          "false",
          "null",
          "default",
          "current_date",
          "current_time",
          "current_timestamp",
          "localtime",
          "localtimestamp",
          "current_user",
          "session_user",
          "system_user",
          "user",
          "current_role",
          "current_catalog",
          "current_schema");

  SelectItem {
    tokens = List.copyOf(tokens);
  }

  /** Returns whether it is a star, for all columns of a table. */
  boolean isStar() {
    return !tokens.isEmpty()
        && last(tokens).isSymbol("*")
        && (tokens.size() == 1 || beforeLast(tokens).isSymbol("."));
  }

  /**
   * Returns whether it has a name.
   *
   * @param described PostgreSQL's name of the column
   */
  boolean isNamed(String described) {
    return hasLabel(described) || isColumn(tokens);
  }

  /** Returns whether it has a name, as far as that is known without PostgreSQL's name. */
  boolean isNamedByItself() {
    return hasLabel(tokens.isEmpty() ? "" : last(tokens).name()) || isColumn(tokens);
  }

  private boolean hasLabel(String described) {
    if (tokens.size() < 2 || !last(tokens).isName()) {
      return false;
    }
    SqlToken before = beforeLast(tokens);
    if (before.is("as")) {
      return true;
    }
    boolean operand = before.kind() != Kind.SYMBOL || SelectList.closing(before) > 0;
    return operand
        && BEFORE_NAMES.stream().noneMatch(before::is)
        && isCalled(last(tokens), described);
  }

  /** PostgreSQL cuts long names, and decodes the escapes of U& names. */
  private static boolean isCalled(SqlToken label, String described) {
    return label.name().startsWith(described)
            && (label.name().equals(described) || described.length() > 15)
        || label.text().toLowerCase(Locale.ROOT).startsWith("u&");
  }

  private static boolean isColumn(List<SqlToken> expression) {
    List<SqlToken> rest = withoutParentheses(expression);
    rest = withoutParentheses(upTo(rest, "::", "collate"));
    if (rest.size() > 3 && rest.get(0).is("cast") && isGroup(rest.subList(1, rest.size()))) {
      return isColumn(upTo(rest.subList(2, rest.size() - 1), "as", "as"));
    }
    rest = withoutSubscripts(rest);
    if (rest.isEmpty() || !last(rest).isName()) {
      return false;
    }
    if (rest.size() == 1) {
      return rest.get(0).kind() == Kind.QUOTED || VALUES.stream().noneMatch(rest.get(0)::is);
    }
    return isPath(rest);
  }

  /** {@code a.b.c}, {@code (expression).field}. */
  private static boolean isPath(List<SqlToken> tokens) {
    int at = tokens.size() - 1;
    while (at >= 2 && tokens.get(at).isName() && tokens.get(at - 1).isSymbol(".")) {
      at -= 2;
    }
    List<SqlToken> first = withoutSubscripts(tokens.subList(0, at + 1));
    return at < tokens.size() - 1 && (first.size() == 1 && first.get(0).isName() || isGroup(first));
  }

  private static List<SqlToken> withoutParentheses(List<SqlToken> tokens) {
    List<SqlToken> rest = tokens;
    while (isGroup(rest)) {
      rest = rest.subList(1, rest.size() - 1);
    }
    return rest;
  }

  /** Returns the tokens between a pair of parentheses, if the item is one pair. */
  private static boolean isGroup(List<SqlToken> tokens) {
    if (tokens.size() < 2 || !tokens.get(0).isSymbol("(")) {
      return false;
    }
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += SelectList.opening(tokens.get(i)) - SelectList.closing(tokens.get(i));
      if (depth == 0) {
        return i == tokens.size() - 1;
      }
    }
    return false;
  }

  private static List<SqlToken> withoutSubscripts(List<SqlToken> tokens) {
    int end = tokens.size();
    while (end > 1 && tokens.get(end - 1).isSymbol("]")) {
      int depth = 0;
      do {
        end--;
        depth += SelectList.closing(tokens.get(end)) - SelectList.opening(tokens.get(end));
      } while (depth > 0 && end > 0);
    }
    return tokens.subList(0, end);
  }

  /** Returns the tokens before a symbol or a word outside of parentheses. */
  private static List<SqlToken> upTo(List<SqlToken> tokens, String symbol, String word) {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      SqlToken token = tokens.get(i);
      if (depth == 0 && (token.isSymbol(symbol) || token.is(word))) {
        return tokens.subList(0, i);
      }
      depth += SelectList.opening(token) - SelectList.closing(token);
    }
    return tokens;
  }

  private static SqlToken last(List<SqlToken> tokens) {
    return tokens.get(tokens.size() - 1);
  }

  private static SqlToken beforeLast(List<SqlToken> tokens) {
    return tokens.get(tokens.size() - 2);
  }
}
