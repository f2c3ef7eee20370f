package io.resultsink.pipelines.query;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduledSqlTest {

  private static final Instant TICK = Instant.parse("2026-11-22T10:00:00Z");

  private static ScheduledSql of(String sql) throws Exception {
    return ScheduledSql.of(sql, TICK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          SELECT SCHEDULED_TIME() FROM t             | SELECT TIMESTAMP '2026-11-22 10:00:00' FROM t
          SELECT scheduled_Time( ) FROM t            | SELECT TIMESTAMP '2026-11-22 10:00:00' FROM t
          SELECT TD_SCHEDULED_TIME() FROM t          | SELECT TIMESTAMP '2026-11-22 10:00:00' FROM t
          SELECT f(g(SCHEDULED_TIME()), 1) FROM t    | SELECT f(g(TIMESTAMP '2026-11-22 10:00:00'), 1) FROM t
          SELECT 'SCHEDULED_TIME()' FROM t           | SELECT 'SCHEDULED_TIME()' FROM t
          SELECT scheduled_time FROM t               | SELECT scheduled_time FROM t
          SELECT a /* SCHEDULED_TIME() */ FROM t     | SELECT a /* SCHEDULED_TIME() */ FROM t
          """)
  void callsBecomeLiteralsAndNothingElseDoes(String sql, String expected) throws Exception {
    assertThat(of(sql).text(), is(expected));
  }

  @Test
  void theyAreFoundWhereverAnExpressionMayStand() throws Exception {
    String call = "TD_SCHEDULED_TIME()";
    String sql =
        """
        WITH w AS (SELECT a FROM t WHERE b BETWEEN %1$s - 60 AND %1$s)
        SELECT CASE WHEN a > %1$s THEN 1 ELSE 0 END, COUNT(*)
          FROM w JOIN (SELECT x FROM u WHERE x IN (%1$s)) AS v ON w.a = v.x + %1$s
         GROUP BY CASE WHEN a > %1$s THEN 1 ELSE 0 END HAVING MAX(a) < %1$s""";
    assertThat(
        of(sql.formatted(call)).text(), is(sql.formatted("TIMESTAMP '2026-11-22 10:00:00'")));
  }

  @Test
  void linesAndColumnsAreThoseOfTheUser() throws Exception {
    ScheduledSql sql =
        of("SELECT SCHEDULED_TIME(), SCHEDULED_TIME(), nosuch\n, SCHEDULED_TIME(\n), b FROM t");
    String text = sql.text();
    assertThat(sql.columnAsWritten(1, 1 + text.indexOf("nosuch")), is(44));
    assertThat(sql.columnAsWritten(1, 1 + text.indexOf("TIMESTAMP")), is(8));
    assertThat(sql.columnAsWritten(1, 12), is(8));
    assertThat(text.split("\n").length, is(3));
    assertThat(sql.columnAsWritten(3, 1 + text.split("\n")[2].indexOf("b FROM")), is(4));
  }

  @Test
  void anArgumentIsRefused() {
    QueryException wrong =
        assertThrows(QueryException.class, () -> of("SELECT a,\n  scheduled_time('x') FROM t"));
    assertThat(wrong.getMessage(), is("SQL line 2, column 3: SCHEDULED_TIME() takes no argument"));
  }
}
