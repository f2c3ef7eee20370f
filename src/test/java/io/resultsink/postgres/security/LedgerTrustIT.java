package io.resultsink.postgres.security;

import static io.resultsink.postgres.testing.TestingPostgres.READER;
import static io.resultsink.postgres.testing.TestingPostgres.STRANGER;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A table of the ledger's name is believed only when nobody else rules over it. */
@Tag("attack")
class LedgerTrustIT {

  private static final long ROWS = 10;

  private static final String SPY =
      """
      CREATE FUNCTION results.spy() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN INSERT INTO results.loot VALUES (current_user); RETURN NEW; END'
      """;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private TestTable table;

  @BeforeEach
  void createTarget() {
    table = TestTable.create(database, "Wanted", "id bigint, name text, score float8");
    database.execute(
        "GRANT USAGE, CREATE ON SCHEMA results TO stranger, reader",
        "CREATE TABLE results.loot (who text)",
        "GRANT INSERT ON results.loot TO PUBLIC",
        SPY,
        "CREATE FUNCTION results.f(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'");
  }

  private static final String LEDGER = TestDatabase.SCHEMA + "." + TestDatabase.LEDGER;

  private ResultSummary publish(String options) {
    return publishAs("sink", options);
  }

  private ResultSummary publishAs(String role, String options) {
    String url = database.urlAs(role, table.encoded() + "?mode=append" + options);
    try (Steps run = new Steps(PostgresTarget.parse(url + "&schema=results"))) {
      ResultSummary summary = run.publish(run.stage(0, ROWS));
      run.tidy(summary);
      return summary;
    }
  }

  private List<String> loot() {
    return database.column("SELECT DISTINCT who FROM results.loot");
  }

  /** Runs the statements that a refusal prints. */
  private void obey(IncompatibleTableException refusal) {
    for (String problem : refusal.problems()) {
      Matcher statement =
          Pattern.compile("(?:with|run) ((?:ALTER|DROP|CREATE) .*?)(?:; else.*|, and the.*)?$")
              .matcher(problem);
      assertThat("a statement in: " + problem, statement.find(), is(true));
      database.execute(statement.group(1).split("; (?=[A-Z]{4})"));
    }
  }

  private IncompatibleTableException refused(String options) {
    IncompatibleTableException refusal =
        assertThrows(IncompatibleTableException.class, () -> publish(options));
    assertThat(refusal.getMessage(), containsString("is untouched"));
    assertThat(table.count(), equalTo(0L));
    assertThat(loot(), is(empty()));
    return refusal;
  }

  private void plant(String... more) {
    database.executeAs(
        STRANGER,
        Ledger.in(TestDatabase.SCHEMA).definition(),
        "GRANT ALL ON " + LEDGER + " TO PUBLIC",
        """
        INSERT INTO %1$s VALUES ('nightly', 'results', '%2$s', '', 'append', now(), true, 1,
          '{"rows": 7, "run_id": "nightly", "table": "results.%2$s", "mode": "append", "database": "x"}')
        """
            .formatted(LEDGER, table.name()));
    database.executeAs(STRANGER, more);
  }

  @Test
  @Measure(
      value = "owner of the ledger",
      disabledBy = "trust in whoever owns it",
      attack = "a ledger that another role has made")
  void withoutTheOwnerAnothersLedgerIsBelieved() {
    plant();
    IncompatibleTableException refusal = refused("&run_id=nightly");
    assertThat(refusal.getMessage(), containsString("belongs to role stranger"));
    PostgresProxy.Fault takenOut =
        database
            .network()
            .rewrite("AS trusted", sql -> sql.replace("AS trusted", "OR true AS trusted"));
    assertThat(publish("&run_id=nightly").alreadyPublished(), is(true));
    assertThat(takenOut.met() > 0, is(true));
    assertThat("a run that never was", table.count(), equalTo(0L));
    database.network().calm();
    obey(refusal);
    assertThat(publish("&run_id=another").alreadyPublished(), is(false));
    assertThat(table.count(), equalTo(ROWS));
  }

  @Test
  void anothersTriggerDoesNotRun() {
    plant(
        "CREATE FUNCTION results.mine() RETURNS trigger LANGUAGE plpgsql"
            + " AS 'BEGIN INSERT INTO results.loot VALUES (current_user); RETURN NEW; END'",
        "CREATE TRIGGER spy BEFORE INSERT ON "
            + LEDGER
            + " FOR EACH ROW EXECUTE FUNCTION results.mine()");
    IncompatibleTableException refusal = refused("");
    assertThat(refusal.problems().size(), equalTo(2));
    obey(refusal);
    publish("");
    assertThat(table.count(), equalTo(ROWS));
    assertThat(loot(), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TRIGGER spy BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION results.spy()",
        "CREATE TRIGGER spy AFTER UPDATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION results.spy()",
        "CREATE RULE spy AS ON INSERT TO %s DO ALSO INSERT INTO results.loot VALUES (current_user)",
        "ALTER TABLE %s FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE %s ADD COLUMN note text DEFAULT results.f('x')",
        "ALTER TABLE %s ADD COLUMN note text NOT NULL",
        "ALTER TABLE %s ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE %s ALTER COLUMN published_at SET DEFAULT now()",
        "ALTER TABLE %s ADD CONSTRAINT spy CHECK (results.f(mode) <> '')",
        "CREATE INDEX spy ON %s (results.f(mode))",
        "CREATE UNIQUE INDEX spy ON %s (target_table)",
        "CREATE TABLE results.child () INHERITS (%s)",
        "ALTER TABLE %s DROP CONSTRAINT result_sink_ledger_pkey",
        "ALTER TABLE %s ALTER COLUMN format TYPE bigint",
        "ALTER TABLE %s DROP COLUMN summary",
        "DROP TABLE %s; CREATE TABLE %s (a int)",
        "ALTER TABLE %s RENAME TO elsewhere; CREATE VIEW %s AS SELECT * FROM results.elsewhere",
      })
  void whatHangsOnTheLedgerIsNamedWithTheStatementThatTakesItAway(String statement) {
    database.executeAs("sink", Ledger.in(TestDatabase.SCHEMA).definition());
    database.execute(statement.replace("%s", LEDGER).split("; "));
    obey(refused(""));
    publish("");
    assertThat(table.count(), equalTo(ROWS));
    assertThat(loot(), is(empty()));
  }

  @Test
  void whatDoesNoHarmIsLetBe() {
    database.executeAs(
        "sink",
        Ledger.in(TestDatabase.SCHEMA).definition(),
        "CREATE INDEX ON " + LEDGER + " (target_table, published_at)",
        "ALTER TABLE " + LEDGER + " ADD COLUMN note text",
        "ALTER TABLE " + LEDGER + " ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE " + LEDGER + " ALTER COLUMN published_at DROP DEFAULT");
    publish("");
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  /** The preflight was passed; the publish looks again, under its lock. */
  @Test
  @Measure(
      value = "look at the ledger under its lock",
      disabledBy = "no lock, and a look that finds nothing",
      attack = "a trigger that comes between look and write")
  void withoutTheLookUnderTheLockALateTriggerRuns() {
    publish("");
    assertThrows(IncompatibleTableException.class, this::publishWhileATriggerComes);
    assertThat(loot(), is(empty()));
    database.execute("DROP TRIGGER late ON " + LEDGER);
    database.network().rewrite("pg_trigger", sql -> sql.replace("NOT tgisinternal", "false"));
    publishWhileATriggerComes();
    assertThat(loot(), equalTo(List.of("sink")));
  }

  private void publishWhileATriggerComes() {
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      Faults faults =
          Faults.at(
              FaultPoint.PUBLISHING,
              () ->
                  database.execute(
                      "CREATE TRIGGER late BEFORE INSERT ON "
                          + LEDGER
                          + " FOR EACH ROW EXECUTE FUNCTION results.spy()"));
      try (faults) {
        run.publish(chunks);
      }
    }
  }

  @Test
  void twoRolesShareALedgerOfTheSchemasOwner() {
    database.executeAs("sink", Ledger.in(TestDatabase.SCHEMA).definition());
    database.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON " + LEDGER + " TO reader",
        "GRANT INSERT ON " + table.quoted() + " TO reader");
    publish("");
    publishAs(READER, "");
    assertThat(table.count(), equalTo(2 * ROWS));
    assertThat(database.ledgerRows(), equalTo(2L));
    database.assertNothingStaged();
  }

  /** As the first of two publishing roles made it, in a schema of somebody else's. */
  @Test
  void aLedgerOfOneOfTwoRolesIsBroughtOver() {
    database.execute("ALTER SCHEMA results OWNER TO team");
    database.executeAs(READER, Ledger.in(TestDatabase.SCHEMA).definition());
    database.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON " + LEDGER + " TO sink",
        "GRANT INSERT ON " + table.quoted() + " TO reader",
        "ALTER TABLE " + table.quoted() + " OWNER TO postgres",
        "GRANT INSERT ON " + table.quoted() + " TO sink");
    publishAs(READER, "");
    IncompatibleTableException refusal =
        assertThrows(IncompatibleTableException.class, () -> publish(""));
    assertThat(refusal.getMessage(), containsString("OWNER TO \"team\""));
    obey(refusal);
    publish("");
    publishAs(READER, "");
    assertThat(table.count(), equalTo(3 * ROWS));
    assertThat(database.ledgerRows(), equalTo(3L));
  }

  @Test
  void eachRoleMayHaveAStagingSchemaOfItsOwn() {
    database.execute(
        "CREATE SCHEMA of_sink AUTHORIZATION sink",
        "CREATE SCHEMA of_reader AUTHORIZATION reader",
        "GRANT INSERT ON " + table.quoted() + " TO reader");
    publish("&staging_schema=of_sink");
    publishAs(READER, "&staging_schema=of_reader");
    assertThat(table.count(), equalTo(2 * ROWS));
    for (String schema : List.of("of_sink", "of_reader")) {
      TableName ledger = Ledger.in(schema).name();
      assertThat(database.value("SELECT count(*) FROM " + ledger.quoted()), equalTo("1"));
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void rowSecurityThatAnEventTriggerTurnsOnIsTurnedOff(WriteMode mode) {
    onCreate("ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "");
    if (mode == WriteMode.UPDATE) {
      database.execute("ALTER TABLE " + table.quoted() + " ADD PRIMARY KEY (id)");
    }
    try (Steps run = new Steps(table.target(mode))) {
      run.run(ROWS);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(
        database.value(
            "SELECT relrowsecurity OR relforcerowsecurity FROM pg_class WHERE oid = ?::regclass",
            LEDGER),
        equalTo("f"));
  }

  @Test
  void grantsThatAnEventTriggerGivesAreTakenBack() {
    onCreate("GRANT ALL ON %s TO PUBLIC; GRANT SELECT ON %s TO reader", "");
    publish("");
    assertThat(grantees(), equalTo(List.of("sink")));
  }

  @Test
  void aColumnThatAnEventTriggerAddsIsRefusedInWords() {
    onCreate("ALTER TABLE %s ADD COLUMN created_by text", "");
    IncompatibleTableException refusal = refused("");
    assertThat(refusal.getMessage(), containsString("exempt tables named result_sink_* from it"));
    database.execute("DROP EVENT TRIGGER on_create");
    onCreate("ALTER TABLE %s ADD COLUMN created_by text", "AND object_identity !~ 'result_sink_'");
    publish("");
    assertThat(table.count(), equalTo(ROWS));
  }

  @Test
  void anEventTriggerThatRefusesIsQuoted() {
    onCreate("DO 'BEGIN RAISE ''no tables today''; END'", "");
    RuntimeException failure = assertThrows(RuntimeException.class, () -> publish(""));
    assertThat(failure.getMessage(), containsString("P0001"));
    assertThat(failure.getMessage(), containsString("the target is untouched"));
    assertThat(table.count(), equalTo(0L));
  }

  /** Privileges on the ledger would decide what was published. */
  @Test
  @Measure(
      value = "REVOKE on the ledger",
      disabledBy = "a look that finds no grants",
      attack = "a role with default privileges deletes a row of it")
  void withoutRevokeDefaultPrivilegesChangeTheLedger() {
    database.executeAs(
        "sink", "ALTER DEFAULT PRIVILEGES IN SCHEMA results GRANT ALL ON TABLES TO stranger");
    publish("&run_id=nightly");
    assertThat(grantees(), equalTo(List.of("sink")));
    assertThrows(
        IllegalStateException.class, () -> database.executeAs(STRANGER, "DELETE FROM " + LEDGER));
    database.execute("DROP TABLE " + LEDGER, "TRUNCATE " + table.quoted());
    database
        .network()
        .rewrite(
            "AS grantees",
            sql -> sql.replace("c.relowner) AS grantees", "0 AND false) AS grantees"));
    publish("&run_id=nightly");
    database.executeAs(STRANGER, "DELETE FROM " + LEDGER);
    publish("&run_id=nightly");
    assertThat("published twice", table.count(), equalTo(2 * ROWS));
  }

  private List<String> grantees() {
    return database.column(
        """
        SELECT DISTINCT g.grantee::regrole::text
          FROM pg_class c, aclexplode(coalesce(relacl, acldefault('r', relowner))) g
         WHERE c.oid = ?::regclass
        """,
        LEDGER);
  }

  /** An event trigger of the superuser's that does something with every table that is created. */
  private void onCreate(String statements, String which) {
    database.execute(
        """
        CREATE OR REPLACE FUNCTION public.on_create() RETURNS event_trigger
        LANGUAGE plpgsql SECURITY DEFINER AS $f$
        DECLARE o record;
        BEGIN
          FOR o IN SELECT * FROM pg_event_trigger_ddl_commands()
                    WHERE object_type = 'table' %s LOOP
            EXECUTE replace($s$%s$s$, '%%s', o.object_identity);
          END LOOP;
        END $f$
        """
            .formatted(which, statements),
        "CREATE EVENT TRIGGER on_create ON ddl_command_end"
            + " WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS') EXECUTE FUNCTION public.on_create()");
  }
}
