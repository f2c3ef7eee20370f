package io.resultsink.pipelines.duckdb;

import io.resultsink.pipelines.query.QueryException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The types that the user gives to columns.
 *
 * @param given the types by column
 * @param known those that DuckDB has
 */
record GivenTypes(Map<String, String> given, Map<String, String> known) {

  /** A type's name, without characters that could end a cast to it. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z][A-Za-z0-9_ ]*(\\( *[0-9]+ *(, *[0-9]+ *)?\\))?(\\[[0-9]*])*");

  static GivenTypes of(DuckSession session, Map<String, String> given) {
    Map<String, String> known = new LinkedHashMap<>();
    new TreeMap<>(given)
        .forEach(
            (column, type) -> {
              if (isType(session, type)) {
                known.put(column, type);
              }
            });
    return new GivenTypes(new TreeMap<>(given), known);
  }

  private static boolean isType(DuckSession session, String type) {
    try {
      return NAME.matcher(type).matches()
          && !session.row("SELECT CAST(NULL AS %s) IS NULL".formatted(type)).isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * Checks that all are types of existing columns.
   *
   * @throws QueryException naming each that is not
   */
  void check(List<TableView> views) {
    List<String> columns = views.stream().flatMap(view -> view.columns().stream()).toList();
    List<String> problems = new ArrayList<>();
    given.forEach(
        (column, type) -> {
          if (!known.containsKey(column)) {
            problems.add(
                "--types %s=%s: DuckDB has no such type; write for example BIGINT, DECIMAL(18,2), VARCHAR, DATE, TIMESTAMP"
                    .formatted(column, type));
          }
          if (!columns.contains(column)) {
            problems.add(
                "--types %s=%s: no CSV or JSON table of the query has this column; they have: %s"
                    .formatted(
                        column, type, columns.isEmpty() ? "none" : String.join(", ", columns)));
          }
        });
    if (!problems.isEmpty()) {
      throw new QueryException(String.join("\n", problems));
    }
  }
}
