package io.resultsink.pipelines.postgres;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.engine.ReadQuery;
import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.testing.PgBouncer;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A query that the server executes, and nothing but a query. */
class PostgresQueryIT {

  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @BeforeEach
  void createTable() {
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE t (id int, name text, tags jsonb, \"Odd Name\" int)",
        "INSERT INTO t VALUES (1, 'secret-a', '{\"a\": 1}', 5), (2, 'secret-b', '{\"b\": 1}', 6)",
        "CREATE SEQUENCE s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WITH x AS (INSERT INTO t VALUES (3) RETURNING id) SELECT * FROM x",
        "WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x",
        "WITH x AS (SELECT 1) DELETE FROM t RETURNING id",
        "SELECT nextval('s') AS n",
        "SELECT * FROM t FOR UPDATE",
      })
  void whatWritesIsRefused(String sql) {
    assertThat(
        assertThrows(QueryFailedException.class, () -> rows(sql)).getMessage(),
        is(
            "the query failed: a query may only read, and this one writes, locks rows or advances a"
                + " sequence (SQLSTATE 25006); nothing was published"));
    assertThat(database.value("SELECT count(*) FROM results.t"), is("2"));
  }

  @Test
  void whatGivesNoColumnsIsRefused() {
    assertThat(
        refusal("SELECT id INTO other FROM t"),
        is("the query returns no columns, so it has no rows to publish"));
    assertThat(refusal("SELECT FROM t"), startsWith("the query returns no columns"));
  }

  /** The server itself says it of a text that only looks like one statement. */
  @Test
  void theServerTakesOneStatement() throws Exception {
    try (ReadingSession session =
            ReadingSession.open(
                SourceDatabase.parse(url(), null).server(), null, SingleQuery.of("SELECT 1"), "");
        Portal two = session.statement("SELECT 1; SELECT 2")) {
      assertThat(
          assertThrows(java.sql.SQLException.class, two::describe).getMessage(),
          containsString("cannot insert multiple commands into a prepared statement"));
    }
  }

  @Test
  void aQuestionMarkIsAnOperator() {
    assertThat(
        rows(
            "SELECT id, tags ? 'a' AS a, tags ?| array['b', 'c'] AS b, '?' AS c, tags @? '$.b' AS d"
                + " FROM t ORDER BY id"),
        contains("1 true false ? false", "2 false true ? true"));
  }

  @Test
  void aBareNameIsFoundAsInPsql() {
    database.execute(
        "CREATE TABLE public.t (id int)",
        "CREATE TABLE public.shared AS SELECT 7 AS v",
        "GRANT SELECT ON public.t, public.shared TO PUBLIC",
        "CREATE FUNCTION public.twice(v int) RETURNS int LANGUAGE sql AS 'SELECT 2 * v'");
    assertThat(rows("SELECT count(*) AS n FROM t"), contains("2"));
    assertThat(
        rows("SELECT twice(v) AS v, current_schemas(false) AS s FROM shared"),
        contains("14 {results,public}"));
    assertThat(rowsOf(url() + "?schema=public", "SELECT count(*) AS n FROM t"), contains("0"));
  }

  /**
   * What is asked besides the user's query finds PostgreSQL's own functions and operators alone.
   */
  @Test
  void nobodysFunctionRunsForTheEngine() {
    database.execute(
        "CREATE SCHEMA trap",
        "GRANT USAGE ON SCHEMA trap TO PUBLIC",
        """
        CREATE FUNCTION trap.attack() RETURNS text LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'attacked as %', session_user; END $$
        """,
        """
        CREATE FUNCTION trap.generate_subscripts(bigint[], integer) RETURNS SETOF integer
          LANGUAGE sql AS $$ SELECT length(trap.attack()) $$
        """,
        "CREATE FUNCTION trap.same(name, varchar) RETURNS boolean LANGUAGE sql AS"
            + " $$ SELECT trap.attack() IS NULL $$",
        "CREATE OPERATOR trap.= (leftarg = name, rightarg = varchar, function = trap.same)",
        "CREATE FUNCTION trap.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS"
            + " $$ SELECT trap.attack() $$",
        "ALTER ROLE sink IN DATABASE "
            + database.name()
            + " SET search_path = trap, pg_catalog, results");
    assertThat(rows("SELECT id, tags FROM t ORDER BY 1"), contains("1 {\"a\": 1}", "2 {\"b\": 1}"));
    String own = "SELECT 1 AS a FROM generate_subscripts(ARRAY[1::bigint], 1)";
    assertThat(
        assertThrows(QueryFailedException.class, () -> rows(own)).getMessage(),
        containsString("a function that the query calls raised an error (SQLSTATE P0001)"));
  }

  @Test
  void timesAreUtc() {
    assertThat(
        rows(
            "SELECT '2026-07-01 12:00+02'::timestamptz::text AS a, current_setting('TimeZone') AS"
                + " b, '2026-07-01'::date::text AS c, '\\x41'::bytea::text AS d"),
        contains("2026-07-01 10:00:00+00 UTC 2026-07-01 \\x41"));
  }

  @Test
  void theScheduledTimeIsATimestampWithTimeZone() {
    assertThat(
        rows(
            "SELECT SCHEDULED_TIME() AS a, pg_typeof(td_scheduled_time()) AS b,"
                + " 'SCHEDULED_TIME()' AS c, $$SCHEDULED_TIME()$$ AS d -- SCHEDULED_TIME()"),
        contains(
            "2026-11-22 10:00:00+00 timestamp with time zone SCHEDULED_TIME() SCHEDULED_TIME()"));
    assertThat(
        rows("SELECT 1 AS a WHERE SCHEDULED_TIME() - interval '1 day' < '2026-11-22'"),
        contains("1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "SELECT id, name AS n, 1, upper(name), count(*) OVER () FROM t => id, n, _col2, _col3,"
            + " _col4",
        "SELECT id::text, CAST(name AS varchar), t.id AS i2, tags['a'] AS tag, results.t.name AS n2"
            + " FROM t => id, name, i2, tag, n2",
        "SELECT (id), \"Odd Name\", (t).name, tags['a'] FROM t => id, Odd Name, name, tags",
        "SELECT count(*) count, max(id) max, sum(id) FROM t => count, max, _col2",
        "SELECT *, count(*) OVER () FROM t => id, name, tags, Odd Name, _col4",
        "SELECT now(), t.*, 1 + 1 FROM t => _col0, id, name, tags, Odd Name, _col5",
        "SELECT lower(name), * FROM t => _col0, id, name, tags, Odd Name",
        "SELECT a.*, 5 AS five, b.* FROM (SELECT 1 AS x) a, (SELECT 2 AS y) b => x, five, y",
        "SELECT max FROM (SELECT max(id) FROM t) s => max",
        "SELECT * FROM (SELECT 1) s => _col0",
        "SELECT max(max) FROM (SELECT max(id) FROM t) s => _col0",
        "SELECT (SELECT max(id) FROM t), CASE WHEN true THEN 1 END, CASE WHEN true THEN 1 END c,"
            + " ARRAY[1], ROW(1) IS NULL, true => _col0, _col1, c, _col3, _col4, _col5",
        "SELECT current_date, date '2020-01-01', '1'::int4, 1::double precision, interval '1' day,"
            + " now() AT TIME ZONE 'UTC' => _col0, _col1, _col2, _col3, _col4, _col5",
        "SELECT id IS DISTINCT FROM 1, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) OVER1 FROM"
            + " (SELECT 1 AS id) t GROUP BY 1 => _col0, over1",
        "SELECT DISTINCT ON (id) id, rank() OVER w FROM t WINDOW w AS (ORDER BY id) => id, _col1",
        "WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 3), values AS"
            + " MATERIALIZED (SELECT 1) (SELECT v, v * 2 FROM n) => v, _col1",
        "(SELECT id, id + 1 FROM t) UNION (SELECT id AS x, id AS y FROM t) ORDER BY 1 => id, _col1",
        "VALUES (1, 'a') => _col0, _col1",
        "TABLE t => id, name, tags, Odd Name",
        "SELECT id AS \"from\", name AS select, id + 1 AS order FROM t => from, select, order",
        "SELECT SCHEDULED_TIME(), id FROM t => _col0, id",
        "SELECT generate_series(1, 2), g FROM generate_series(1, 2) AS g => _col0, g",
        "SELECT id x, -id y, abs(id) FROM t, LATERAL (SELECT 1) AS l => x, y, _col2",
        "SELECT name COLLATE \"C\", name || 'x' COLLATE \"C\" FROM t => name, _col1",
        "SELECT U&\"d\\0061t\\+000061\", upper(name) U&\"n\\0061\" FROM (SELECT 1 AS data, name"
            + " FROM t) s => data, na",
      })
  void columnsHaveNamesOfTheirOwnOrTheirPosition(String sql, String names) {
    assertThat(sql, names(sql), is(List.of(names.split(", "))));
  }

  @Test
  void aDoubledNameIsAnErrorThatShowsBoth() {
    assertThat(
        refusal("SELECT id, name AS x, t.id, upper(name) AS x FROM t"),
        is(
            "columns 1 and 3 are both named id: id and t.id; name one of them otherwise with AS\n"
                + "columns 2 and 4 are both named x: name AS x and upper(name) AS x; name one of"
                + " them otherwise with AS"));
    assertThat(
        refusal("SELECT * FROM t JOIN t AS u USING (id)"),
        startsWith("columns 2 and 5 are both named name: one of * and one of *; name one"));
    assertThat(
        refusal("SELECT a.*, 1 + 1, b.* FROM (SELECT 1 AS x) a, (SELECT 2 AS y) b"),
        is(
            "SQL line 1, column 13: this column has no name and is between two *, so its position"
                + " is not known; name it with AS"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT SCHEDULED_TIME(), nope FROM t | SQL line 1, column 26: column \"nope\" does not"
            + " exist (SQLSTATE 42703)",
        "SELECT 1 FROM nope                   | SQL line 1, column 15: relation \"nope\" does not"
            + " exist (SQLSTATE 42P01)",
        "SELECT 1 +                           | SQL line 1, column 11: syntax error at end of input"
            + " (SQLSTATE 42601)",
        "SELECT 'x'::int                      | SQL line 1, column 8: a text is not valid for the"
            + " type that it is read as (SQLSTATE 22P02)",
      })
  void whatTheServerRefusesIsToldWithItsPlace(String sql, String reason) {
    assertThat(refusal(sql), is(reason));
  }

  @Test
  void noValueOfARowLeaves() {
    for (String sql :
        List.of(
            "SELECT name::int AS n FROM t",
            "SELECT id / (id - id) AS n FROM t",
            "SELECT xmlparse(document name) AS n FROM t",
            "SELECT tags::text::date AS n FROM t")) {
      QueryFailedException failure = assertThrows(QueryFailedException.class, () -> rows(sql), sql);
      StringWriter all = new StringWriter();
      failure.printStackTrace(new PrintWriter(all));
      assertThat(all.toString(), not(containsString("secret-")));
      assertThat(all.toString(), not(containsString("\"a\"")));
      assertThat(failure.getMessage(), containsString("; nothing was published"));
    }
  }

  @Test
  void aCancelledQueryEndsAtOnce() {
    RowCursor cursor = query(url(), "SELECT 1 AS a FROM pg_sleep(600)").open();
    CompletableFuture<List<Row>> reading =
        CompletableFuture.supplyAsync(() -> cursor.next(10, 1000));
    await()
        .until(
            () ->
                database.sessions().stream()
                    .anyMatch(session -> session.get(2).contains("pg_sleep")));
    cursor.cancel();
    CompletionException failure =
        assertThrows(
            CompletionException.class, () -> reading.orTimeout(30, TimeUnit.SECONDS).join());
    assertThat(
        failure.getCause().getMessage(), is("the query was cancelled; nothing was published"));
    cursor.close();
    database.assertNoSessions();
  }

  @Test
  void aCursorThatIsCancelledFirstReadsNothing() {
    RowCursor cursor = query(url(), "SELECT 1 AS a").open();
    cursor.cancel();
    assertThrows(QueryFailedException.class, () -> cursor.next(10, 1000));
    cursor.close();
  }

  @Test
  void aWorkerThatFindsOtherColumnsFails() {
    PostgresQuery query = query(url(), "SELECT * FROM t");
    database.execute("ALTER TABLE results.t ALTER id TYPE numeric(9,2), ADD more date");
    assertThat(
        assertThrows(QueryFailedException.class, () -> query.open().next(1, 1)).getMessage(),
        is(
            "the columns of the query have changed since it was launched: column 1 was id int4,"
                + " is id numeric(9,2); column 5 was absent, is more date; nothing was published;"
                + " run it again"));
  }

  /** As it travels to a worker, on a runner that has workers. */
  @Test
  void aRunOfAWorkerThatFindsOtherColumnsFailsInWords() {
    database.executeAs(TestingPostgres.SINK, "CREATE TABLE copied AS SELECT 7 AS id");
    Pipeline pipeline = Pipeline.create(Runners.FLINK.options());
    pipeline
        .apply(ReadQuery.of(query(url(), "SELECT id FROM t"), "PostgreSQL"))
        .apply(PostgresResultSink.to(database.url("copied?mode=replace")));
    database.execute("ALTER TABLE results.t ALTER id TYPE bigint");

    Throwable failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());

    while (failure.getCause() != null) {
      failure = failure.getCause();
    }
    assertThat(
        failure.getMessage(),
        is(
            "the columns of the query have changed since it was launched: column 1 was id int4,"
                + " is id int8; nothing was published; run it again"));
    assertThat(database.column("SELECT id FROM results.copied"), contains("7"));
  }

  /** An open snapshot on the target's server would be in the way of the publish. */
  @Test
  void theSessionEndsWithTheLastRow() {
    RowCursor cursor = query(url(), "SELECT i FROM generate_series(1, 3) AS i").open();
    assertThat(cursor.next(2, 1000).size(), is(2));
    assertThat(database.sessions().size(), is(1));
    assertThat(cursor.next(2, 1000).size(), is(1));
    await().atMost(Duration.ofSeconds(5)).until(() -> database.sessions().isEmpty());
    assertThat(cursor.next(2, 1000), is(empty()));
  }

  /** Rows that grow are read a few at a time. */
  @Test
  void blocksAreBoundedByTheirBytes() {
    RowCursor cursor =
        query(url(), "SELECT i, repeat('x', 10000) AS x FROM generate_series(1, 1000) AS i").open();
    int most = 0;
    int all = 0;
    for (List<Row> rows = cursor.next(8192, 100_000);
        !rows.isEmpty();
        rows = cursor.next(8192, 100_000)) {
      all += rows.size();
      most = Math.max(most, all == rows.size() ? 0 : rows.size());
    }
    assertThat(all, is(1000));
    assertThat(most <= 20, is(true));
  }

  /** One session of the server serves all of them, one transaction after the other. */
  @Test
  void aPoolerBetweenIsLeftAsItWas(@TempDir Path folder) {
    assumeTrue(PgBouncer.isInstalled(), "PgBouncer is not installed");
    try (PgBouncer pooler =
        PgBouncer.start(folder, database.server(), Map.of("default_pool_size", "1"))) {
      database.through(pooler);
      for (int i = 0; i < 2; i++) {
        assertThat(
            rows("SELECT id, tags ? 'a' AS a, SCHEDULED_TIME()::date AS d FROM t WHERE id = 1"),
            contains("1 true 2026-11-22"));
        assertThrows(QueryFailedException.class, () -> rows("SELECT 1 / (id - id) AS n FROM t"));
        assertThat(
            rows(
                "SELECT count(*) AS n, current_setting('search_path') AS p FROM"
                    + " pg_prepared_statements"),
            contains("1 results, public"));
      }
    }
  }

  private String url() {
    return database.url("").replaceFirst("/$", "");
  }

  private static PostgresQuery query(String url, String sql) {
    return PostgresQuery.prepare(url, null, sql, TIME, false);
  }

  private String refusal(String sql) {
    return assertThrows(QueryException.class, () -> query(url(), sql), sql).getMessage();
  }

  private List<String> names(String sql) {
    return query(url(), sql).schema().getFieldNames();
  }

  private List<String> rows(String sql) {
    return rowsOf(url(), sql);
  }

  private static List<String> rowsOf(String url, String sql) {
    return ShownRows.of(PostgresQuery.prepare(url, null, sql, TIME, true));
  }
}
