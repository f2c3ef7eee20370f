package io.resultsink.pipelines.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The items of the outermost SELECT, which name the columns of a result. */
final class SelectList {

  /** Reserved words that end the items, unless they are a label or a part of another phrase. */
  private static final Set<String> ENDS =
      Set.of(
          "from",
          "into",
          "where",
          "group",
          "having",
          "window",
          "union",
          "intersect",
          "except",
          "order",
          "limit",
          "offset",
          "fetch",
          "for");

  private final List<SqlToken> tokens;
  private int at;

  private SelectList(List<SqlToken> tokens) {
    this.tokens = tokens;
  }

  /**
   * Returns the items, of the first SELECT if there are several. Null for VALUES and TABLE, which
   * have none, and for a text that this class does not understand.
   */
  static @Nullable List<SelectItem> of(List<SqlToken> statement) {
    SelectList list = new SelectList(statement);
    return list.toFirstSelect() ? list.items() : null;
  }

  /** Returns whether it is VALUES, whose columns have no names. */
  static boolean isValues(List<SqlToken> statement) {
    SelectList list = new SelectList(statement);
    return !list.toFirstSelect() && list.is("values");
  }

  private boolean toFirstSelect() {
    while (isSymbol("(") || is("with")) {
      if (isSymbol("(")) {
        at++;
      } else if (!skipWith()) {
        return false;
      }
    }
    return is("select");
  }

  private boolean skipWith() {
    at++;
    if (is("recursive")) {
      at++;
    }
    while (true) {
      at++;
      if (isSymbol("(")) {
        skipGroup();
      }
      if (!is("as")) {
        return false;
      }
      at++;
      while (is("not") || is("materialized")) {
        at++;
      }
      if (!isSymbol("(")) {
        return false;
      }
      skipGroup();
      skipBehind("search", "set");
      skipBehind("cycle", "using");
      if (!isSymbol(",")) {
        return at < tokens.size();
      }
      at++;
    }
  }

  /** Skips a clause that ends with a name after a word. */
  private void skipBehind(String clause, String word) {
    if (is(clause)) {
      while (at < tokens.size() && !is(word)) {
        at++;
      }
      at += 2;
    }
  }

  private void skipGroup() {
    int depth = 0;
    do {
      depth += isSymbol("(") ? 1 : 0;
      depth -= isSymbol(")") ? 1 : 0;
      at++;
    } while (depth > 0 && at < tokens.size());
  }

  private List<SelectItem> items() {
    at++;
    if (is("all")) {
      at++;
    } else if (is("distinct")) {
      at++;
      if (is("on")) {
        at++;
        skipGroup();
      }
    }
    List<SelectItem> items = new ArrayList<>();
    int begin = at;
    int depth = 0;
    while (at < tokens.size() && (depth > 0 || !isEnd(begin))) {
      SqlToken token = tokens.get(at);
      if (depth == 0 && token.isSymbol(",")) {
        items.add(new SelectItem(tokens.subList(begin, at)));
        begin = at + 1;
      }
      depth += opening(token) - closing(token);
      at++;
    }
    if (at > begin) {
      items.add(new SelectItem(tokens.subList(begin, at)));
    }
    return items;
  }

  private boolean isEnd(int begin) {
    SqlToken token = tokens.get(at);
    if (token.isSymbol(")")) {
      return true;
    }
    if (ENDS.stream().noneMatch(token::is)) {
      return false;
    }
    if (at == begin) {
      return true;
    }
    SqlToken before = tokens.get(at - 1);
    boolean name = before.is("as") || before.isSymbol(".");
    boolean phrase =
        token.is("from") && before.is("distinct") || token.is("group") && before.is("within");
    return !name && !phrase;
  }

  static int opening(SqlToken token) {
    return token.isSymbol("(") || token.isSymbol("[") ? 1 : 0;
  }

  static int closing(SqlToken token) {
    return token.isSymbol(")") || token.isSymbol("]") ? 1 : 0;
  }

  private boolean is(String word) {
    return at < tokens.size() && tokens.get(at).is(word);
  }

  private boolean isSymbol(String symbol) {
    return at < tokens.size() && tokens.get(at).isSymbol(symbol);
  }
}
