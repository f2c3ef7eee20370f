package io.resultsink.pipelines.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.query.QueryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SingleQueryTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "select 1;",
        "SELECT 1 ; ; -- the end; really",
        "/* a; /* nested; */ */ SELECT ';', E'\\';', \";\", $$;$$, $a$;$$;$a$, U&';'",
        "((SELECT 1) UNION (SELECT 2))",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "VALUES (1), (2)",
        "TABLE t",
        "SELECT 'a'\n  ';b'",
        "SELECT E'a' -- ;\n '\\';'",
        "SELECT a$b$ FROM t -- $b$;",
        "SELECT 1::bit(1) # 1, 1.5e+3, .5, 1..2"
      })
  void oneQueryIsSentAsItIs(String sql) {
    assertThat(SingleQuery.of(sql).sent(), is(sql));
    assertThat(SingleQuery.of(sql).asksForTime(), is(false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 1; SELECT 2               | SQL line 1, column 9: a second statement follows; give"
            + " one query only",
        "SELECT 1; COMMIT; DROP TABLE t   | SQL line 1, column 9: a second statement follows; give"
            + " one query only",
        "SELECT '\\'; DROP TABLE t --'    | SQL line 1, column 11: a second statement follows; give"
            + " one query only",
        "SELECT $a$;$b$;$a$; COMMIT       | SQL line 1, column 19: a second statement follows; give"
            + " one query only",
        "COMMIT                           | SQL line 1, column 1: COMMIT is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "/* x */ insert INTO t VALUES (1) | SQL line 1, column 9: INSERT is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "DO $$BEGIN END$$                 | SQL line 1, column 1: DO is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "CALL p()                         | SQL line 1, column 1: CALL is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "COPY t TO STDOUT                 | SQL line 1, column 1: COPY is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "SET x = 1                        | SQL line 1, column 1: SET is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "SHOW x                           | SQL line 1, column 1: SHOW is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "EXPLAIN ANALYZE SELECT 1         | SQL line 1, column 1: EXPLAIN is not a query; begin"
            + " with SELECT, WITH, VALUES or TABLE",
        "EXECUTE s                        | SQL line 1, column 1: EXECUTE is not a query; begin"
            + " with SELECT, WITH, VALUES or TABLE",
        "FETCH ALL FROM c                 | SQL line 1, column 1: FETCH is not a query; begin with"
            + " SELECT, WITH, VALUES or TABLE",
        "; -- nothing                     | the SQL is empty",
        "SELECT $1                        | SQL line 1, column 8: $1 is a parameter, and there is"
            + " no value for it",
        "SELECT 'a                        | SQL line 1, column 8: this string has no end",
        "SELECT $x$ $$                    | SQL line 1, column 8: this string has no end",
        "SELECT \"a                       | SQL line 1, column 8: this quoted name has no end",
        "SELECT 1 /* /* */                | SQL line 1, column 10: this comment has no end",
        "SELECT SCHEDULED_TIME(1)         | SQL line 1, column 8: SCHEDULED_TIME() takes no"
            + " argument",
      })
  void anythingElseIsRefused(String sql, String reason) {
    assertThat(
        assertThrows(QueryException.class, () -> SingleQuery.of(sql)).getMessage(), is(reason));
  }

  @Test
  void theScheduledTimeStandsForItsCallsAlone() {
    SingleQuery query =
        SingleQuery.of(
            "SELECT SCHEDULED_TIME(), td_Scheduled_Time /* x */ ( )::date, 'SCHEDULED_TIME()',"
                + " $$SCHEDULED_TIME()$$, E'\\'SCHEDULED_TIME()', \"SCHEDULED_TIME()\","
                + " /* SCHEDULED_TIME() */ a.scheduled_time(), scheduled_time -- SCHEDULED_TIME()");
    assertThat(
        query.sent(),
        is(
            "SELECT  $1 ,  $1 ::date, 'SCHEDULED_TIME()', $$SCHEDULED_TIME()$$,"
                + " E'\\'SCHEDULED_TIME()', \"SCHEDULED_TIME()\", /* SCHEDULED_TIME() */"
                + " a.scheduled_time(), scheduled_time -- SCHEDULED_TIME()"));
    assertThat(query.asksForTime(), is(true));
  }

  @Test
  void aPlaceInWhatIsSentIsOneOfTheUsersText() {
    SingleQuery query =
        SingleQuery.of("SELECT '\ud83d\ude00', SCHEDULED_TIME(), x,\n y, TD_SCHEDULED_TIME\n(), z");
    String sent = query.sent();
    assertThat(query.written(position(sent, "x,")), is("SQL line 1, column 31"));
    assertThat(query.written(position(sent, "y,")), is("SQL line 2, column 2"));
    assertThat(query.written(position(sent, "$1")), is("SQL line 1, column 13"));
    assertThat(query.written(position(sent, "z")), is("SQL line 3, column 5"));
  }

  private static int position(String sent, String what) {
    return sent.codePointCount(0, sent.indexOf(what)) + 1;
  }
}
