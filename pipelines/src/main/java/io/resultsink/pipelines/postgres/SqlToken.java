package io.resultsink.pipelines.postgres;

/**
 * A token.
 *
 * @param begin its first position in the text
 * @param end the position after it
 */
record SqlToken(Kind kind, String text, int begin, int end) {

  /** A kind of token. */
  enum Kind {
    /** A keyword or a name without quotes. */
    WORD,
    /** A name in double quotes. */
    QUOTED,
    STRING,
    NUMBER,
    /** {@code $1}. */
    PARAMETER,
    /** An operator, or a single character that stands for itself. */
    SYMBOL
  }

  /** Returns whether it is this keyword; {@code keyword} is in lower case. */
  boolean is(String word) {
    return kind == Kind.WORD && folded().equals(word);
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  /** Returns PostgreSQL's reading of the name; one with Unicode escapes as it is written. */
  String name() {
    if (kind == Kind.QUOTED) {
      int quote = text.indexOf('"');
      return text.substring(quote + 1, text.length() - 1).replace("\"\"", "\"");
    }
    return folded();
  }

  private String folded() {
    StringBuilder folded = new StringBuilder(text);
    for (int i = 0; i < folded.length(); i++) {
      char c = folded.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c + 'a' - 'A'));
      }
    }
    return folded.toString();
  }
}
