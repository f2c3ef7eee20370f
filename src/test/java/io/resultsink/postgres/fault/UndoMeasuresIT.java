package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.TableVersion;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The measures of versions and undo, each taken out once on the wire. */
@Tag("attack")
class UndoMeasuresIT {

  private static final String OPTIONS = "mode=replace&keep=all&undo=3";

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final List<PostgresProxy.Fault> takenOut = new ArrayList<>();

  @AfterEach
  void requireMet() {
    takenOut.forEach(fault -> assertThat("the measure's statement", fault.met(), greaterThan(0)));
  }

  private void takeOut(String statement, UnaryOperator<String> change) {
    takenOut.add(database.network().rewrite(statement, change));
  }

  @Test
  @Measure(
      value = "trial of a DROP of what is put aside",
      disabledBy = "no trial",
      attack = "a function that reads the table, created since the preflight")
  void withoutTheTrialOfADropAFunctionGoesOnReadingTheVersion() {
    TestTable table = table();
    publish(table, 5);
    assertThrows(ResultSinkException.class, () -> publishBesideAFunction(table));
    assertThat(table.count(), equalTo(5L));
    database.execute("DROP FUNCTION IF EXISTS results.counted()");
    takeOut("^\\s*DROP TABLE .*RESTRICT", sql -> "SELECT 1");
    publishBesideAFunction(table);
    assertThat(table.count(), equalTo(9L));
    assertThat(database.value("SELECT results.counted()"), equalTo("5"));
  }

  private void publishBesideAFunction(TestTable table) {
    String create =
        "CREATE OR REPLACE FUNCTION results.counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC"
            + " SELECT count(*) FROM "
            + table.quoted()
            + "; END";
    try (Faults faults = Faults.at(FaultPoint.INDEXED, () -> database.execute(create))) {
      publish(table, 9);
      assertThat(faults.visits(FaultPoint.INDEXED), greaterThan(0));
    }
  }

  @Test
  @Measure(
      value = "REVOKE from what is put aside",
      disabledBy = "no REVOKE",
      attack = "a reader of the table who reads what was replaced")
  void withoutRevokeAReaderOfTheTableReadsItsVersions() {
    TestTable table = table();
    database.execute("GRANT SELECT ON " + table.quoted() + " TO reader");
    assertThat(readableByOthers(table), is(false));
    takeOut("^\\s*REVOKE ALL ON TABLE .* CASCADE", sql -> "SELECT 1");
    assertThat(readableByOthers(table), is(true));
  }

  private boolean readableByOthers(TestTable table) {
    publish(table, 5);
    TableVersion version = sink(table).versions().get(0);
    return database
        .value(
            "SELECT has_table_privilege('reader', ?::regclass, 'SELECT')", version.name().quoted())
        .equals("t");
  }

  @Test
  @Measure(
      value = "foreign keys dropped from what is put aside",
      disabledBy = "no DROP CONSTRAINT",
      attack = "a row of the referenced table that only a version references")
  void withoutTheDropOfForeignKeysAVersionForbidsADelete() {
    TestTable table = table();
    database.executeAs(
        "sink",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent SELECT generate_series(0, 99)",
        "ALTER TABLE " + table.quoted() + " ADD FOREIGN KEY (id) REFERENCES results.parent");
    publish(table, 20);
    publish(table, 10);
    database.execute("DELETE FROM results.parent WHERE id > 15");
    takeOut("^\\s*ALTER TABLE .* DROP CONSTRAINT", sql -> "SELECT 1");
    publish(table, 5);
    assertThrows(
        IllegalStateException.class,
        () -> database.execute("DELETE FROM results.parent WHERE id > 7"));
  }

  @Test
  @Measure(
      value = "the owner of versions",
      disabledBy = "any owner",
      attack = "a table of another role that says that it is a version")
  void withoutTheOwnerAnothersTableIsAVersion() {
    TestTable table = table();
    publish(table, 5);
    TableVersion version = sink(table).versions().get(0);
    String comment =
        database.value("SELECT obj_description(?::regclass, 'pg_class')", version.name().quoted());
    database.execute(
        "GRANT CREATE, USAGE ON SCHEMA results TO stranger",
        "SET ROLE stranger",
        "CREATE TABLE results.result_sink_version_forged (id bigint, name text, score float8)",
        "COMMENT ON TABLE results.result_sink_version_forged IS '"
            + comment.replace("'", "''")
            + "'",
        "RESET ROLE");
    assertThat(sink(table).versions(), hasSize(1));
    takeOut(
        "AND c.relowner IN \\(to_regrole",
        sql ->
            sql.replace("pg_has_role(c.relowner, 'USAGE')", "true")
                .replace("AND c.relowner IN (to_regrole", "AND true OR c.relowner IN (to_regrole"));
    assertThat(sink(table).versions(), hasSize(2));
  }

  private TestTable table() {
    return TestTable.create(database, "Measured", "id bigint PRIMARY KEY, name text, score float8");
  }

  private static PostgresResultSink sink(TestTable table) {
    return PostgresResultSink.to(table.url(OPTIONS));
  }

  private static void publish(TestTable table, long rows) {
    try (Steps run = new Steps(PostgresTarget.parse(table.url(OPTIONS)))) {
      run.publish(run.stage(0, rows));
    }
  }
}
