package io.resultsink.pipelines.duckdb;

import java.util.List;
import java.util.stream.Collectors;

/** Pieces of SQL in DuckDB's spelling. */
final class DuckSql {

  private DuckSql() {}

  static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  static String name(String value) {
    return "\"" + value.replace("\"", "\"\"") + "\"";
  }

  /** Returns a list of texts. */
  static String texts(List<String> values) {
    return values.stream().map(DuckSql::text).collect(Collectors.joining(", ", "[", "]"));
  }
}
