package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.query.QueryException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** All functions of this version of DuckDB; one that the next version brings has to be decided. */
class EveryFunctionTest {

  /** Not of their arguments alone, and nothing but a value. */
  private static final Set<String> HARMLESS =
      Set.of(
          "current_catalog",
          "current_database",
          "current_date",
          "current_role",
          "current_schema",
          "current_schemas",
          "current_user",
          "error",
          "gen_random_uuid",
          "get_current_time",
          "get_current_timestamp",
          "in_search_path",
          "now",
          "random",
          "setseed",
          "sleep_ms",
          "today",
          "transaction_timestamp",
          "uuid",
          "uuidv4",
          "uuidv7");

  @Test
  void aTableFunctionIsAllowedByNameOrRefused() throws SQLException {
    List<String> functions = functions("function_type IN ('table', 'table_macro', 'pragma')");
    assertThat(functions.size(), is(greaterThan(100)));
    assertThat(
        functions.stream()
            .filter(name -> !AllowedSql.TABLE_FUNCTIONS.contains(name))
            .filter(
                name -> !isRefused("SELECT * FROM \"" + name + "\"('t')", "is not a table of this"))
            .toList(),
        is(empty()));
  }

  @Test
  void aFunctionOfMoreThanItsArgumentsIsHarmlessOrRefused() throws SQLException {
    List<String> functions =
        functions("function_type = 'scalar' AND stability IS DISTINCT FROM 'CONSISTENT'");
    assertThat(functions.size(), is(greaterThan(20)));
    assertThat(
        functions.stream()
            .filter(name -> !HARMLESS.contains(name))
            .filter(
                name ->
                    !isRefused("SELECT " + name + "('t')", "is not allowed in a query of files"))
            .toList(),
        is(empty()));
  }

  private static List<String> functions(String condition) throws SQLException {
    try (DuckSession session = DuckSession.open()) {
      return session
          .rows("SELECT DISTINCT function_name FROM duckdb_functions() WHERE " + condition)
          .stream()
          .map(row -> row.get(0))
          .sorted()
          .toList();
    }
  }

  private boolean isRefused(String sql, String words) {
    try {
      DuckQuery.checkSyntax(sql);
      return false;
    } catch (QueryException e) {
      return e.getMessage().contains(words);
    }
  }
}
