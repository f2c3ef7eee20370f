package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions of WHERE over a file with statistics: a row stays only where they are true. */
class FiltersTest {

  private static final String ROWS =
      """
      SELECT i AS id, CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END AS b,
        CASE WHEN i % 7 > 0 THEN i END AS n, i % 5 AS m,
        CASE WHEN i % 4 = 0 THEN 'n/a' ELSE 'v' || i END AS t, DATE '2026-01-01' + i::INTEGER AS d
      FROM range(40) r(i)\
      """;

  @TempDir static Path folder;

  private static FolderQueries queries;

  @BeforeAll
  static void writeFile() throws SQLException {
    queries = new FolderQueries(folder);
    try (DuckSession session = DuckSession.open()) {
      session.execute(
          "COPY (%s) TO %s".formatted(ROWS, DuckSql.text(folder.resolve("f.parquet").toString())));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CASE WHEN b THEN 'x' END IN ('x', 'y')",
        "CASE WHEN b THEN 'x' ELSE NULL END LIKE 'x%'",
        "CASE WHEN n < 10 THEN NULL ELSE 'mid' END IN ('mid', 'low')",
        "CASE WHEN n < 10 THEN 'low' WHEN n < 20 THEN 'mid' END IN ('low', 'mid')",
        "CASE m WHEN 1 THEN 'a' WHEN 2 THEN 'b' END IN ('a', 'b')",
        "CASE WHEN b THEN m END >= 0",
        "CASE WHEN b THEN m END BETWEEN 0 AND 4",
        "CASE WHEN b THEN m END NOT IN (7, 8)",
        "CASE WHEN b THEN 'x' END IN ('x', 'y') AND n >= 0",
        "NOT (CASE WHEN b THEN m END < 0)",
        "COALESCE(CASE WHEN b THEN 'x' END, NULL) IN ('x', 'y')",
        "NULLIF('x', CASE WHEN b THEN 'z' ELSE 'x' END) IN ('x', 'y')",
        "IF(b, 'x', NULL) IN ('x', 'y')",
        "NULLIF(m, 0) >= 0",
        "NULLIF(t, 'n/a') >= ''",
        "NULLIF(d, DATE '2026-01-03') >= DATE '2025-01-01'",
        "TRY_CAST(t AS INTEGER) >= 0",
        "n / NULLIF(m, 0) >= 0",
      })
  void keepRowsForWhichTheyAreTrue(String condition) {
    assertThat(
        queries.column("SELECT id FROM f WHERE %s ORDER BY id".formatted(condition)),
        is(
            queries.column(
                "SELECT id FROM (SELECT id, (%s) IS TRUE AS kept FROM f ORDER BY id OFFSET 0) AS x WHERE kept"
                    .formatted(condition))));
  }
}
