package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.query.QueryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL that is more than a query of the folder's tables. */
class QueryOnlyTest {

  @TempDir Path folder;

  private FolderQueries queries;

  @BeforeEach
  void write() {
    queries = new FolderQueries(folder);
    queries.write("t.csv", "a,b\n1,x\n2,y\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY (SELECT 1) TO 'FOLDER/t.csv'",
        "WITH x AS (COPY (SELECT 1) TO 'FOLDER/t.csv') SELECT 1",
        "WITH x AS (COPY (SELECT 1) TO 'FOLDER/new.csv') SELECT 1",
        "WITH x AS (INSERT INTO t VALUES (1, 'z') RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "WITH x AS (UPDATE t SET a = 3 RETURNING *) SELECT * FROM x",
        "SELECT * FROM (WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x)",
        "SELECT 1 UNION ALL (WITH x AS (DELETE FROM t RETURNING *) SELECT a FROM x)",
        "SELECT (WITH x AS (DELETE FROM t RETURNING *) SELECT max(a) FROM x)",
        "WITH RECURSIVE r AS (SELECT 1 UNION ALL"
            + " (WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x)) SELECT * FROM r",
        "/* SELECT */ WITH x AS (COPY (SELECT 1) TO $$FOLDER/t.csv$$) SELECT 1 -- ;",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW t",
        "SELECT 1 /* ; */; COPY (SELECT 1) TO 'FOLDER/t.csv'",
        "SELECT $$;$$; SELECT 2",
        "COPY (SELECT 1) TO 'FOLDER/t.csv'; SELECT 1",
        "INSERT INTO t VALUES (3, 'z')",
        "DELETE FROM t",
        "CREATE TABLE u AS SELECT 1",
        "CREATE OR REPLACE VIEW t AS SELECT 1 AS a",
        "CREATE SECRET s (TYPE http)",
        "DROP VIEW t",
        "ATTACH 'FOLDER/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "RESET lock_configuration",
        "PRAGMA database_list",
        "CALL duckdb_settings()",
        "EXPORT DATABASE 'FOLDER'",
        "IMPORT DATABASE 'FOLDER'",
        "EXPLAIN ANALYZE SELECT 1",
        "CHECKPOINT",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "USE memory",
        "SHOW TABLES",
        "DESCRIBE t",
        "SELECT * FROM (DESCRIBE t)",
        "SELECT * FROM (SUMMARIZE t)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('FOLDER/t.csv')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM 'FOLDER/t.csv'",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('t')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_settings",
        "SELECT current_setting('temp_directory')",
        "SELECT getenv('HOME')",
        "SELECT getvariable('x')",
        "SELECT nextval('s')",
        "SELECT setval('s', 1)",
        "SELECT memory.main.getenv('HOME')",
        "SELECT 'HOME'.getenv()",
        "SELECT list_transform(['HOME'], lambda x: getenv(x))",
        "SELECT COLUMNS(lambda c: getenv(c) IS NULL) FROM t",
        "SELECT a FROM t ORDER BY getenv('HOME')",
        "SELECT a FROM t LIMIT (SELECT length(getenv('HOME')))",
        "SELECT sum(a) FILTER (getenv('HOME') IS NULL) FROM t",
        "SELECT first(a) OVER (ORDER BY getenv('HOME')) FROM t",
        "SELECT json_serialize_plan('CREATE TABLE x AS SELECT 1')",
        "SELECT * FROM t, LATERAL read_text(b)",
        "SELECT * FROM t WHERE b IN (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM t POSITIONAL JOIN read_csv('/etc/passwd')",
        "SELECT (FROM read_text('/etc/passwd') SELECT content)",
        "WITH x AS MATERIALIZED (FROM read_blob('/etc/passwd')) FROM x",
        "UNPIVOT (FROM read_text('/etc/passwd')) ON content",
        "PIVOT (FROM duckdb_settings()) ON name IN ('threads') USING first(value)",
        "SELECT * FROM (PIVOT t ON b USING sum(a))",
        "SELECT * FROM (SHOW TABLES)",
        "SELECT * FROM (SHOW ALL TABLES)",
        "SELECT * FROM histogram('t', 'a')",
        "SELECT * FROM parquet_scan('FOLDER/t.csv')",
        "SELECT * FROM which_secret('s3://b/f', 's3')",
        "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM memory.main.t",
        "SELECT * FROM t AT (VERSION => 1)",
        "SELECT a INTO u FROM t",
        "MERGE INTO t USING t u ON t.a = u.a WHEN MATCHED THEN DELETE",
        "VACUUM",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM duckdb_tables",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT a FROM t WHERE a = ?",
        "SELECT a FROM t WHERE a = $1",
        "PIVOT t ON b USING sum(a)",
        "SELECT",
        "",
        "-- nothing",
      })
  void isRefusedBeforeItRuns(String attack) throws IOException {
    String sql = attack.replace("FOLDER", folder.toString());

    QueryException refused = assertThrows(QueryException.class, () -> queries.rows(sql), sql);

    assertThat(refused.getMessage(), not(containsString("root:")));
    assertThat(Files.readString(folder.resolve("t.csv")), is("a,b\n1,x\n2,y\n"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).toList(), contains("t.csv"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO 'FOLDER/new.csv'",
        "COPY (SELECT 1) TO 'FOLDER/t.csv'",
        "WITH x AS (COPY (SELECT 1) TO 'FOLDER/new.csv') SELECT 1",
        "ATTACH 'FOLDER/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "SELECT getenv('HOME')",
      })
  void wouldFailInTheLockedSessionToo(String attack) throws IOException, SQLException {
    DuckQuery query = queries.prepare("SELECT * FROM t");

    try (DuckSession session = query.openSession()) {
      assertThrows(
          SQLException.class, () -> session.row(attack.replace("FOLDER", folder.toString())));
      assertThat(session.row("SELECT count(*) FROM t"), contains("2"));
    }

    assertThat(Files.readString(folder.resolve("t.csv")), is("a,b\n1,x\n2,y\n"));
    assertThat(Files.exists(folder.resolve("new.csv")), is(false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a FROM t; -- the end",
        "/* one */ SELECT ';' AS a FROM t WHERE b = $$x;y$$ OR true;",
        "FROM t SELECT a",
        "TABLE t",
        "VALUES (1), (2)",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 2) SELECT n FROM r",
        "SELECT n FROM range(2) r(n)",
        "SELECT * FROM t PIVOT (sum(a) FOR b IN ('x', 'y'))",
        "PIVOT t ON b IN ('x', 'y') USING sum(a)",
        "UNPIVOT (SELECT a, a + 1 AS c FROM t) ON a, c INTO NAME n VALUE v",
        "SELECT a, sum(a) OVER w AS s FROM t WINDOW w AS (ORDER BY a) QUALIFY s > 0",
        "SELECT DISTINCT ON (b) a, b FROM t ORDER BY b, a LIMIT 50%",
        "SELECT list_transform([a], lambda x: x + 1) AS l FROM t",
        "SELECT a, CASE WHEN a BETWEEN 1 AND 2 THEN b COLLATE NOCASE END AS c FROM t",
        "SELECT (SELECT max(a) FROM t) AS m, EXISTS (SELECT 1) AS e, a IN (SELECT a FROM t) AS i FROM t",
        "SELECT * EXCLUDE (b) REPLACE (a + 1 AS a) FROM t",
        "SELECT a FROM t TABLESAMPLE reservoir(2)",
        "SELECT a FROM t UNION BY NAME SELECT a FROM t",
        "SELECT b, count(*) AS n FROM t GROUP BY GROUPING SETS ((b), ()) HAVING count(*) > 0",
        "SELECT x FROM t, LATERAL (SELECT t.a + 1 AS x) l",
        "SELECT * FROM t POSITIONAL JOIN (SELECT a AS c FROM t) u",
        "SELECT COLUMNS(lambda c: c LIKE 'a%') FROM t",
        "SELECT [x * 2 for x in [a] if x > 0] AS l FROM t USING SAMPLE 2 ROWS",
        "SELECT a FROM t SEMI JOIN t u USING (a) ORDER BY ALL",
        "SELECT b, sum(a) AS s FROM t GROUP BY ALL",
        "SELECT #1 FROM t",
        "SELECT e.value FROM json_each('[1, 2]') e",
        "SELECT try(a / 0) AS q, {'x': a}.x AS s FROM t",
        "WITH RECURSIVE r(n) USING KEY (n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 3) FROM r",
        "SELECT t.a FROM t ASOF JOIN t AS u ON t.a >= u.a",
      })
  void everyKindOfQueryRuns(String sql) {
    assertThat(queries.rows(sql).isEmpty(), is(false));
  }

  @Test
  void aMissingTableIsToldWithThoseThatAreThere() {
    QueryException refused =
        assertThrows(QueryException.class, () -> queries.prepare("SELECT *\nFROM nowhere"));

    assertThat(
        refused.getMessage(),
        is("SQL line 2, column 6: no table 'nowhere' in " + folder + "; there are: t"));
  }

  @Test
  void aMissingColumnIsToldWithThoseThatAreThere() {
    QueryException refused =
        assertThrows(QueryException.class, () -> queries.prepare("SELECT aa FROM t"));

    assertThat(refused.getMessage(), containsString("SQL line 1: Referenced column \"aa\""));
    assertThat(refused.getMessage(), containsString("Candidate bindings: \"a\""));
  }

  @Test
  void columnsWithoutANameAreNamedByPosition() {
    String sql =
        "SELECT count(*), a, a + 1, *, COLUMNS('b'), min(COLUMNS(*)) OVER (), a AS named, unnest([a])"
            + " FROM (SELECT a, b FROM t) GROUP BY ALL";

    assertThat(
        queries
            .prepare(
                "SELECT count(*), sum(a), max(b) AS m, 'x', v, t.b FROM"
                    + " (SELECT a, b, a AS v FROM t) t GROUP BY v, t.b")
            .schema()
            .getFieldNames(),
        contains("_col0", "_col1", "m", "_col3", "v", "b"));
    assertThat(
        queries.prepare("SELECT 1, * FROM t").schema().getFieldNames(),
        contains("_col0", "a", "b"));
    assertThat(
        queries
            .prepare(
                "SELECT a + 1, COLUMNS('b'), a AS n, unnest([a]), unnest({'p': 1, 'q': 2})"
                    + " FROM t")
            .schema()
            .getFieldNames(),
        contains("_col0", "b", "n", "_col3", "p", "q"));
    assertThat(
        queries.prepare("SELECT min(COLUMNS(*)) FROM t").schema().getFieldNames(),
        contains("_col0", "_col1"));
    assertThat(
        queries.prepare("SELECT 1 UNION ALL SELECT a FROM t").schema().getFieldNames(),
        contains("_col0"));
    assertThrows(QueryException.class, () -> queries.prepare(sql));
  }

  @Test
  void doubledNamesAreBothShown() {
    QueryException refused =
        assertThrows(QueryException.class, () -> queries.prepare("SELECT a, b, a + 1 AS A FROM t"));

    assertThat(refused.getMessage(), containsString("columns 1 and 3"));
    assertThat(refused.getMessage(), containsString("a and A"));
  }

  @Test
  void theScheduledTimeIsAnInstantAndTakesNoArgument() {
    List<Object> row =
        queries.row(
            "SELECT SCHEDULED_TIME(), td_scheduled_time() AS t, 'SCHEDULED_TIME()' AS s,"
                + " strftime(scheduled_time(), '%H:%M') AS h -- SCHEDULED_TIME(1)");

    assertThat(row.get(0), is(FolderQueries.TICK));
    assertThat(row.get(1), is(FolderQueries.TICK));
    assertThat(row.get(2), is("SCHEDULED_TIME()"));
    assertThat(row.get(3), is("10:00"));
    QueryException refused =
        assertThrows(
            QueryException.class, () -> queries.prepare("SELECT a,\n SCHEDULED_TIME(1) FROM t"));
    assertThat(
        refused.getMessage(), is("SQL line 2, column 2: SCHEDULED_TIME() takes no argument"));
  }
}
