package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Decorations;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that does something of its own whenever a table is defined. */
@Tag("attack")
class EventTriggersIT {

  private static final long ROWS = 20;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private TestTable table;

  @BeforeEach
  void createTable() {
    table = TestTable.create(database, "Guarded", "id bigint, name text, score double precision");
    database.execute("GRANT SELECT ON " + table.quoted() + " TO reader");
    database.executeAs(
        TestingPostgres.SINK, "INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
    database.execute("CREATE SCHEMA staging AUTHORIZATION sink");
  }

  /** Does {@code body} with each table {@code o} of the schema for which a command ended. */
  private void whenEnded(String tags, String body) {
    database.execute(
        """
        CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE o record;
        BEGIN
          FOR o IN SELECT * FROM pg_event_trigger_ddl_commands()
                    WHERE schema_name = 'results' AND object_type = 'table' LOOP
            %s
          END LOOP;
        END $$
        """
            .formatted(body),
        "CREATE EVENT TRIGGER guard ON ddl_command_end WHEN TAG IN ("
            + tags
            + ") EXECUTE FUNCTION public.guard()");
  }

  private static final String CREATIONS = "'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO'";
  private static final String ENABLE =
      "EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', o.object_identity);";
  private static final String FORCE =
      "EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', o.object_identity);";

  private void replace(String options) {
    PostgresTarget target = PostgresTarget.parse(table.url("mode=replace" + options));
    try (Steps steps = new Steps(target)) {
      steps.run(ROWS);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  /** That it fails, and leaves the table as it was. */
  private String refusal(String options) {
    List<String> before = fingerprint();
    ResultSinkException failure = assertThrows(ResultSinkException.class, () -> replace(options));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(fingerprint(), equalTo(before));
    return failure.getMessage();
  }

  private List<String> fingerprint() {
    return Fingerprint.withoutStaging(database).stream()
        .filter(line -> !line.startsWith("log "))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "&staging=logged",
        "&staging=unlogged",
        "&staging=unlogged&staging_schema=staging"
      })
  void rowSecurityThatWasOffStaysOff(String options) {
    whenEnded(CREATIONS, ENABLE + (options.contains("schema") ? FORCE : ""));
    replace(options);
    assertThat(TableCatalog.of(table).rowSecurity(), equalTo(List.of(List.of("f", "f"))));
    assertThat(rowsOfReader(), equalTo(ROWS));
  }

  private long rowsOfReader() {
    try (Connection reader = database.connect(TestingPostgres.READER)) {
      return Long.parseLong(
          TestDatabase.rows(reader, "SELECT count(*) FROM " + table.quoted()).get(0).get(0));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"&staging=logged", "&staging=unlogged"})
  void privilegesThatWereNotGivenAreNot(String options) {
    whenEnded(
        CREATIONS, "EXECUTE format('GRANT ALL ON %s TO PUBLIC, stranger', o.object_identity);");
    List<List<String>> before = TableCatalog.of(table).tableGrants();
    replace(options);
    assertThat(TableCatalog.of(table).tableGrants(), equalTo(before));
  }

  @ParameterizedTest
  @CsvSource({
    "&staging=logged, GRANT SELECT ON %s TO stranger, privileges",
    "&staging=unlogged, GRANT SELECT ON %s TO stranger, privileges",
    "&staging=unlogged, ALTER TABLE %s DISABLE ROW LEVEL SECURITY, row security",
    "&staging=unlogged, CREATE POLICY more ON %s USING (true), policies",
    "&staging=unlogged, COMMENT ON TABLE %s IS 'mine', comments",
    "&staging=unlogged, ALTER TABLE %s ALTER id SET STATISTICS 9, settings of columns",
    "&staging=unlogged, ALTER TABLE %s ADD COLUMN loaded_at timestamptz, added columns"
  })
  void changesAfterTheSwapAreRefused(String options, String change, String named) {
    database.execute(
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY even ON " + table.quoted() + " USING (id % 2 = 0)");
    String name = table.quoted();
    database.execute(
        "CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            + " $$BEGIN IF current_setting('test.done', true) IS DISTINCT FROM 'yes' THEN"
            + " PERFORM set_config('test.done', 'yes', true);"
            + " EXECUTE '"
            + change.replace("%s", name).replace("'", "''")
            + "'; END IF; END$$",
        "CREATE EVENT TRIGGER guard ON ddl_command_end WHEN TAG IN ('CREATE POLICY')"
            + " EXECUTE FUNCTION public.guard()");
    String message = refusal(options);
    assertThat(message, containsString("an event trigger"));
    assertThat(message, containsString(": " + named + ";"));
  }

  @Test
  void columnsThatAreAddedAreRefused() {
    whenEnded(
        CREATIONS,
        "EXECUTE format('ALTER TABLE %s ADD COLUMN loaded_at timestamptz DEFAULT now()',"
            + " o.object_identity);");
    assertThat(
        refusal("&staging=unlogged&staging_schema=staging"), containsString("added columns"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"&staging=logged", "&staging=unlogged"})
  void aDatabaseThatRefusesTheDropSaysWhy(String options) {
    database.execute(
        """
        CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects()
                      WHERE object_type = 'table' AND object_name LIKE 'Guarded%') THEN
            RAISE EXCEPTION 'tables of this schema stay';
          END IF;
        END $$
        """,
        "CREATE EVENT TRIGGER guard ON sql_drop EXECUTE FUNCTION public.guard()");
    String message = refusal(options);
    assertThat(message, containsString("tables of this schema stay"));
    assertThat(message, containsString("P0001"));
  }

  @Test
  void aMissingTableGetsWhatNewTablesGet() {
    whenEnded(CREATIONS, ENABLE);
    TestTable missing = TestTable.missing(database, "New");
    for (String options : List.of("", "&staging=unlogged")) {
      database.execute("DROP TABLE IF EXISTS " + missing.quoted());
      try (Steps steps = new Steps(PostgresTarget.parse(missing.url("mode=replace" + options)))) {
        steps.run(ROWS);
      }
      assertThat(TableCatalog.of(missing).rowSecurity(), equalTo(List.of(List.of("t", "f"))));
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void noExpressionIsWrittenUnderTheRolesPath(WriteMode mode) {
    database.execute(
        "CREATE TABLE public.defined (tag text, path text, sql text)",
        "GRANT INSERT ON public.defined TO PUBLIC",
        "CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO public.defined"
            + " SELECT tg_tag, current_setting(''search_path''), current_query(); END'",
        "CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION public.guard()");
    TestTable decorated =
        TestTable.create(
            database, "Decorated", "id bigint PRIMARY KEY, name text, score double precision");
    Decorations.hangOn(decorated);
    database.execute("TRUNCATE public.defined");
    for (TestTable target : List.of(decorated, TestTable.missing(database, "Missing"))) {
      try (Steps steps = new Steps(target.target(mode))) {
        steps.run(ROWS);
      }
    }
    assertThat( // a function without arguments is the one of pg_catalog, which define() puts first
        "definitions under the role's path",
        database.column("SELECT sql FROM public.defined WHERE path <> 'pg_temp'").stream()
            .map(sql -> sql.replaceAll("DEFAULT (''|clock_timestamp\\(\\))", ""))
            .toList(),
        everyItem(not(matchesPattern("(?is).*\\b(USING|CHECK|DEFAULT|GENERATED)\\b.*"))));
    assertThat(
        "policies",
        database.value("SELECT count(*) FROM public.defined WHERE tag = 'CREATE POLICY'"),
        equalTo(mode == WriteMode.REPLACE ? "2" : "0"));
  }

  /** The operator of pg_catalog takes any array, and somebody else's just these. */
  @Test
  void aPolicyKeepsItsOperators() {
    Schema schema =
        Schema.builder().addInt64Field("id").addArrayField("v", FieldType.INT64).build();
    TestTable lists = TestTable.create(database, "Lists", "id bigint, v bigint[]");
    database.execute(
        "ALTER TABLE " + lists.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY ones ON " + lists.quoted() + " USING (v @> ARRAY[1::bigint])",
        "CREATE FUNCTION results.yes(bigint[], bigint[]) RETURNS boolean LANGUAGE sql"
            + " AS 'SELECT true'",
        "CREATE OPERATOR results.@> (LEFTARG = bigint[], RIGHTARG = bigint[],"
            + " FUNCTION = results.yes)");
    try (Steps steps = new Steps(lists.target(WriteMode.REPLACE), schema)) {
      steps.publish(
          steps.stage(
              List.of(
                  Row.withSchema(schema).addValues(1L, List.of(1L)).build(),
                  Row.withSchema(schema).addValues(2L, List.of(2L)).build())));
    }
    assertThat(
        database.column(
            """
            SELECT o.oprnamespace::regnamespace FROM pg_depend d
              JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
             WHERE d.classid = 'pg_policy'::regclass
            """),
        is(empty()));
  }

  @Test
  void aTriggerThatNeedsThePathFailsOverAPolicyInWords() {
    database.execute(
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY even ON " + table.quoted() + " USING (id % 2 = 0)",
        "CREATE TABLE public.log (tag text)",
        "GRANT INSERT ON public.log TO PUBLIC",
        "CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO log VALUES (tg_tag); END'",
        "CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION public.guard()");
    assertThat(refusal("&staging=unlogged"), containsString("SET search_path"));
    database.execute("ALTER FUNCTION public.guard() SET search_path = public, pg_temp");
    replace("&staging=unlogged");
  }
}
