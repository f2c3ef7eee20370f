package io.resultsink.pipelines.postgres;

/** Places in a text as messages show them. */
final class SqlPosition {

  private SqlPosition() {}

  /** Returns {@code SQL line 2, column 7}, both counted from 1. */
  static String of(String sql, int index) {
    int at = Math.min(index, sql.length());
    int lineBegin = sql.lastIndexOf('\n', at - 1) + 1;
    long line = sql.substring(0, lineBegin).chars().filter(c -> c == '\n').count() + 1;
    return "SQL line " + line + ", column " + (sql.codePointCount(lineBegin, at) + 1);
  }
}
