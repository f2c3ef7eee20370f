package io.resultsink.pipelines.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.postgres.testing.PgBouncer;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Queries whose functions write: refused by the server, or undone with the transaction. */
class WritingFunctionsIT {

  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @BeforeEach
  void createFunctions() {
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE SEQUENCE s",
        """
        CREATE FUNCTION run(sql text) RETURNS int LANGUAGE plpgsql AS
          $$ BEGIN EXECUTE sql; RETURN 1; END $$
        """,
        """
        CREATE FUNCTION pretends(sql text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
          $$ BEGIN PERFORM run(sql); RETURN 1; END $$
        """,
        "SELECT lo_from_bytea(4711, '\\x41')");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // What counts, creates and changes.
        "25006 | SELECT nextval('s') AS n",
        "25006 | SELECT setval('s', 7) AS n",
        "25006 | SELECT run('INSERT INTO t VALUES (3)') AS n",
        "25006 | SELECT pretends('DELETE FROM t') AS n",
        "25006 | SELECT run('CREATE TABLE other (id int)') AS n",
        "25006 | SELECT run('CREATE TEMP TABLE other (id int)') AS n",
        "25006 | SELECT run('TRUNCATE t') AS n",
        "25006 | SELECT run('ALTER TABLE t ADD more int') AS n",
        "42501 | SELECT run('COPY t FROM PROGRAM ''echo 3''') AS n",
        "25006 | SELECT run('GRANT ALL ON t TO PUBLIC') AS n",
        "25006 | SELECT run('COMMENT ON TABLE t IS ''x''') AS n",
        "25006 | SELECT run('ALTER ROLE sink SET work_mem TO ''1MB''') AS n",
        "25006 | SELECT id FROM t WHERE run('DROP TABLE t') = 1",
        "25006 | SELECT id FROM t ORDER BY run('UPDATE t SET id = 3')",
        "0A000 | SELECT query_to_xml('DELETE FROM t', true, true, '') AS x",
        // The way out of READ ONLY.
        "25001 | SELECT set_config('transaction_read_only', 'off', true) AS s",
        "25001 | SELECT set_config('transaction_read_only', 'off', false) AS s",
        "25001 | SELECT run('SET TRANSACTION READ WRITE; INSERT INTO t VALUES (3)') AS n",
        "25001 | SELECT set_config('transaction_isolation', 'read committed', true) AS s",
        "0A000 | SELECT run('COMMIT') AS n",
        "0A000 | SELECT run('ROLLBACK') AS n",
        // Files, programs and other servers.
        "42501 | SELECT pg_read_file('postgresql.conf') AS f",
        "42501 | SELECT pg_ls_dir('.') AS f",
        "42501 | SELECT run('COPY t TO PROGRAM ''cat''') AS n",
        "42501 | SELECT run('COPY t TO ''/tmp/result_sink_t''') AS n",
        "42501 | SELECT lo_export(4711, '/tmp/result_sink_lo') AS n",
        "42501 | SELECT pg_reload_conf() AS n",
        "42501 | SELECT pg_switch_wal() AS n",
        "42501 | SELECT pg_create_restore_point('x') AS n",
        "42501 | SELECT pg_terminate_backend(pid) AS n FROM pg_stat_activity WHERE usename = 'postgres'",
        "42883 | SELECT dblink('dbname=postgres', 'SELECT 1') AS n",
        "42501 | SELECT set_config('session_replication_role', 'replica', true) AS s",
        "42501 | SELECT set_config('role', 'postgres', true) AS s",
      })
  void theServerRefusesIt(String state, String sql) {
    RuntimeException failure = assertThrows(RuntimeException.class, () -> rows(sql), sql);

    assertThat(failure.getMessage(), containsString("(SQLSTATE " + state + ")"));
    assertNothingChanged();
  }

  /** Servers before 16 let them begin, and the end of the transaction undoes them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT lo_create(0) AS n",
        "SELECT lo_create(4712) AS n",
        "SELECT lo_from_bytea(0, '\\x41') AS n",
        "SELECT lo_put(4711, 0, '\\x42')::text AS n",
        "SELECT lo_unlink(4711) AS n",
        "SELECT lowrite(lo_open(4711, x'60000'::int), '\\x42') AS n",
      })
  void largeObjectsStayAsTheyAre(String sql) {
    try {
      rows(sql);
      assertThat(sql, Integer.parseInt(database.value("SHOW server_version_num")) < 160000);
    } catch (QueryFailedException e) {
      assertThat(
          e.getMessage(),
          anyOf(containsString("(SQLSTATE 25006)"), containsString("(SQLSTATE 42501)")));
    }
    assertNothingChanged();
  }

  private void assertNothingChanged() {
    assertThat(database.column("SELECT id FROM results.t ORDER BY id"), contains("1", "2"));
    assertThat(
        database.value("SELECT last_value || ' ' || is_called FROM results.s"), is("1 false"));
    assertThat(
        database.column("SELECT loid || ' ' || encode(data, 'hex') FROM pg_largeobject"),
        contains("4711 41"));
    assertThat(
        database.value(
            "SELECT count(*) FROM pg_class WHERE relname = 'other' OR relacl IS NOT NULL AND relname = 't'"),
        is("0"));
  }

  @Test
  void nobodyHearsOfANotification() throws Exception {
    try (Connection listener = database.connect(TestingPostgres.SINK)) {
      listener.createStatement().execute("LISTEN heard");

      assertThat(rows("SELECT pg_notify('heard', 'x') IS NULL AS n"), contains("false"));

      listener.createStatement().execute("SELECT 1");
      assertThat(
          listener.unwrap(PGConnection.class).getNotifications(),
          anyOf(nullValue(), is(new Object[0])));
    }
  }

  /** Locks and settings of the query's session end with it. */
  @Test
  void nothingOfTheSessionStays() {
    assertThat(
        rows(
            "SELECT pg_try_advisory_lock(7) AS a, set_config('work_mem', '1MB', false) AS b,"
                + " set_config('my.name', 'x', false) AS c, pg_export_snapshot() IS NULL AS d"),
        contains("true 1MB x false"));
    database.assertNoSessions();
    assertThat(
        database.column("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7"),
        is(empty()));
  }

  @Test
  void aPoolersSessionKeepsItsSettings(@TempDir Path folder) {
    assumeTrue(PgBouncer.isInstalled(), "PgBouncer is not installed");
    try (PgBouncer pooler =
        PgBouncer.start(folder, database.server(), Map.of("default_pool_size", "1"))) {
      database.through(pooler);
      String settings =
          "SELECT current_setting('work_mem') || current_setting('search_path')"
              + " || current_setting('default_transaction_read_only')"
              + " || coalesce(current_setting('my.name', true), '') AS s";
      List<String> before = rows(settings);

      rows(
          "SELECT set_config('work_mem', '77kB', false), set_config('search_path', 't', false),"
              + " set_config('my.name', 'x', false),"
              + " set_config('default_transaction_read_only', 'on', false)");

      assertThat(rows(settings), is(before));
    }
  }

  /** The target would read the values in the form that was agreed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IntervalStyle | sql_standard | SELECT set_config('IntervalStyle', 'sql_standard', true) AS s, interval '-1 day 2 hours' AS i",
        "extra_float_digits | -15 | SELECT set_config('extra_float_digits', '-15', true) AS s, ARRAY[0.1::float8 + 0.2] AS f",
        "TimeZone | Asia/Tokyo | SELECT set_config('TimeZone', 'Asia/Tokyo', false) AS s, now() AS n",
        "bytea_output | escape | SELECT id, run('SET bytea_output TO escape') AS n FROM t",
        "DateStyle | ISO, DMY | SELECT set_config('DateStyle', 'ISO, DMY', true) AS s, current_date AS d",
      })
  void aChangedFormOfValuesFailsTheRun(String setting, String value, String sql) {
    assertThat(
        assertThrows(QueryFailedException.class, () -> rows(sql)).getMessage(),
        containsString(" to " + value + ", by which the server writes values; nothing was"));
  }

  /** The driver itself ends a session whose texts it cannot read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT set_config('DateStyle', 'SQL, DMY', true) AS s, daterange('2026-01-02', '2026-01-03') AS d",
        "SELECT set_config('client_encoding', 'LATIN1', true) AS s, 'ä' AS t"
      })
  void aFormThatTheDriverCannotReadFailsTheRun(String sql) {
    assertThat(
        assertThrows(QueryFailedException.class, () -> rows(sql)).getMessage(),
        containsString("was changed to"));
  }

  private List<String> rows(String sql) {
    String url = database.url("").replaceFirst("/$", "");
    return ShownRows.of(PostgresQuery.prepare(url, null, sql, TIME, true));
  }
}
