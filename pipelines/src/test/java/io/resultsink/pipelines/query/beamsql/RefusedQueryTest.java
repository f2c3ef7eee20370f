package io.resultsink.pipelines.query.beamsql;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.tools.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Beam SQL would answer wrongly or not at all, and what to write instead. */
class RefusedQueryTest {

  private static final List<RandomTable> TABLES =
      List.of(RandomTable.of("t", 3, new Random(1)), RandomTable.of("u", 3, new Random(2)));

  private static RefusedQuery refusal(String sql) {
    return assertThrows(RefusedQuery.class, () -> new BeamAnswers(TABLES).add(sql), sql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          SELECT COUNT(DISTINCT k) FROM t                                   | FROM (SELECT DISTINCT k, x FROM t)
          SELECT SUM(DISTINCT k) FROM t                                     | FROM (SELECT DISTINCT k, x FROM t)
          SELECT SUM(k) FILTER (WHERE d > 1) FROM t                         | write SUM(CASE WHEN ... THEN x END)
          SELECT k FROM t ORDER BY k                                        | leave ORDER BY out or add LIMIT
          SELECT k FROM (SELECT k FROM t ORDER BY k) AS s                   | leave ORDER BY out or add LIMIT
          SELECT k FROM t WHERE d > (SELECT AVG(d) FROM t)                  | JOIN it instead
          SELECT k FROM t WHERE k IN (SELECT k FROM u)                      | JOIN it instead
          SELECT k FROM t WHERE k NOT IN (SELECT k FROM u)                  | JOIN it instead
          SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u)                    | JOIN it instead
          SELECT (SELECT MAX(k) FROM u) AS m FROM t                         | JOIN it instead
          SELECT t.k FROM t JOIN u ON t.k > u.k                             | a JOIN needs ON l.k = r.k
          SELECT t.k FROM t LEFT JOIN u ON t.k = u.k AND t.d > u.d          | a JOIN needs ON l.k = r.k
          SELECT t.k FROM t CROSS JOIN u                                    | a JOIN needs ON l.k = r.k
          SELECT t.k FROM t, u                                              | a JOIN needs ON l.k = r.k
          SELECT t.d FROM t JOIN u USING (k)                                | write ON l.k = r.k
          SELECT t.d FROM t NATURAL JOIN u                                  | write ON l.k = r.k
          SELECT t.k FROM t JOIN u ON t.`select` = u.k                      | CAST one of them
          SELECT k FROM t WHERE k = `select`                                | CAST one of them
          SELECT MEDIAN(k) FROM t                                           | there is no MEDIAN here; DuckDB
          SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY k) FROM t      | DuckDB, which queries a local folder
          SELECT DATE_TRUNC('day', `at`) FROM t                             | there is no DATE_TRUNC here; DuckDB
          SELECT LAG(k) OVER (ORDER BY d) FROM t                            | there is no LAG here; DuckDB
          SELECT ROW_NUMBER() OVER () FROM t                                | needs an ORDER BY
          SELECT SUM(k) OVER (ORDER BY d ROWS 2 PRECEDING) FROM t           | begins with UNBOUNDED PRECEDING
          SELECT k, COUNT(*) FROM t GROUP BY ROLLUP(k)                      | write a UNION ALL of GROUP BYs
          SELECT k, COUNT(*) FROM t GROUP BY GROUPING SETS ((k), ())        | write a UNION ALL of GROUP BYs
          SELECT k AS a, d AS a FROM t                                      | two columns are named 'a'
          SELECT CAST(d AS VARCHAR) FROM t                                  | a CAST of DOUBLE to VARCHAR
          SELECT CAST(d AS DECIMAL(10, 2)) FROM t                           | compute with DECIMAL from the start
          SELECT CAST(k AS DECIMAL) FROM t                                  | DECIMAL(18, 3) has 3 of 18
          SELECT CAST(k AS SMALLINT) FROM t                                 | a CAST is to BIGINT, INTEGER,
          SELECT CAST(`select` AS VARCHAR(3)) FROM t                        | a CAST is to BIGINT, INTEGER,
          SELECT `at` - INTERVAL '1' MONTH FROM t                           | INTERVAL of days, hours, minutes or
          SELECT EXTRACT(SECOND FROM `at`) FROM t                           | EXTRACT takes YEAR, MONTH, DAY,
          SELECT TIMESTAMPDIFF(MONTH, `at`, `at`) FROM t                    | TIMESTAMPDIFF takes SECOND,
          SELECT k FROM t WHERE `select` LIKE 'a!%' ESCAPE '!'              | LIKE with ESCAPE is not accepted
          SELECT k FROM t WHERE `select` SIMILAR TO 'a'                     | write LIKE
          SELECT TRIM(LEADING FROM `select`) FROM t                         | write TRIM(x)
          SELECT ROUND(k) FROM t                                            | leave it out
          SELECT k FROM t ORDER BY (SELECT MAX(k) FROM u) LIMIT 1           | JOIN it instead
          SELECT k FROM t WHERE k = ?                                       | write the value
          SELECT 1                                                          | needs a FROM
          SELECT k FROM t UNION VALUES (1)                                  | put the rows into a file
          SELECT k FROM t LIMIT 100000000                                   | leave a larger LIMIT out
          INSERT INTO t (k) VALUES (1)                                      | only a SELECT is run
          """)
  void wordsSayWhatToWrite(String sql, String words) {
    assertThat(refusal(sql).getMessage(), containsString(words));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT MOD(d, 2) FROM t",
        "SELECT `at` FROM t WHERE `at` > `day`",
        "SELECT UPPER(k) FROM t",
        "SELECT SUM(`select`) FROM t",
        "SELECT k || 'x' FROM t"
      })
  void typesThatDoNotFitAreNotCast(String sql) {
    ValidationException wrong =
        assertThrows(ValidationException.class, () -> new BeamAnswers(TABLES).add(sql), sql);

    assertThat(String.valueOf(wrong.getCause().getMessage()), containsString("ine 1, column "));
  }

  @Test
  void thePlaceIsTold() {
    RefusedQuery refusal = refusal("SELECT k,\n  COUNT(DISTINCT d) AS n\nFROM t GROUP BY k");

    assertThat(refusal.line(), is(2));
    assertThat(refusal.column(), is(3));
  }
}
