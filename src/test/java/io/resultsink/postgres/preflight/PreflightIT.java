package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.sdk.schemas.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of tables, and what hangs on them, that a mode cannot write. */
class PreflightIT {

  private static final String COLUMNS = "id bigint PRIMARY KEY, name text, score float8";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void viewsAreRefused(WriteMode mode) {
    TestTable view = TestTable.missing(database, "View");
    database.executeAs(
        "sink", "CREATE VIEW " + view.quoted() + " AS SELECT 1::bigint id, '' AS name, 1.0 score");
    assertRefused(view, mode, "view");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void materializedViewsAreRefused(WriteMode mode) {
    TestTable view = TestTable.missing(database, "View");
    database.executeAs(
        "sink",
        "CREATE MATERIALIZED VIEW "
            + view.quoted()
            + " AS SELECT 1::bigint id, '' AS name, 1 score");
    assertRefused(view, mode, "materialized view");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void foreignTablesAreRefused(WriteMode mode) {
    TestTable table = TestTable.missing(database, "Foreign");
    database.execute(
        "CREATE FOREIGN DATA WRAPPER nothing",
        "CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing",
        "CREATE FOREIGN TABLE "
            + table.quoted()
            + " (id bigint, name text, score float8) SERVER elsewhere",
        "ALTER FOREIGN TABLE " + table.quoted() + " OWNER TO sink");
    assertRefused(table, mode, "foreign table");
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aSequenceIsNoTable(WriteMode mode) {
    TestTable sequence = TestTable.missing(database, "Sequence");
    database.executeAs("sink", "CREATE SEQUENCE " + sequence.quoted());
    assertRefused(sequence, mode, "sequence");
  }

  @Test
  void replaceOfAPartitionedTableIsRefused() {
    TestTable table = TestTable.missing(database, "Parts");
    database.executeAs(
        "sink", "CREATE TABLE " + table.quoted() + " (" + COLUMNS + ") PARTITION BY RANGE (id)");
    assertRefused(table, WriteMode.REPLACE, "partitioned", "truncate");
  }

  @Test
  void replaceOfAPartitionIsRefused() {
    TestTable table = TestTable.missing(database, "Part");
    database.executeAs(
        "sink",
        "CREATE TABLE results.whole (" + COLUMNS + ") PARTITION BY RANGE (id)",
        "CREATE TABLE " + table.quoted() + " PARTITION OF results.whole DEFAULT");
    assertRefused(table, WriteMode.REPLACE, "partition");
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteMode.class,
      names = {"REPLACE", "TRUNCATE"})
  void inheritanceParentsAreRefused(WriteMode mode) {
    TestTable table = table();
    database.executeAs("sink", "CREATE TABLE results.heir () INHERITS (" + table.quoted() + ")");
    assertRefused(table, mode, "inherit", "heir");
  }

  @Test
  void replaceOfATableThatViewsDependOnIsRefused() {
    TestTable table = table();
    database.execute(
        "CREATE VIEW results.top AS SELECT id FROM " + table.quoted(),
        "CREATE MATERIALIZED VIEW public.dashboard AS SELECT name FROM " + table.quoted());
    assertRefused(table, WriteMode.REPLACE, "top", "dashboard", "truncate");
  }

  /** DROP TABLE would take the trigger with it without a word. */
  @Test
  void replaceOfATableThatATriggerOfAnotherNamesIsRefused() {
    TestTable table = table();
    database.execute(
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE results.watched ()",
        "CREATE CONSTRAINT TRIGGER watches AFTER UPDATE ON results.watched FROM "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.acts()");
    assertRefused(table, WriteMode.REPLACE, "trigger watches on table results.watched", "truncate");
  }

  @Test
  void replaceOfATableWhoseRowTypeIsUsedIsRefused() {
    TestTable table = table();
    database.execute(
        "CREATE FUNCTION results.ranked("
            + table.quoted()
            + ") RETURNS bigint LANGUAGE sql AS 'SELECT 1'");
    assertRefused(table, WriteMode.REPLACE, "ranked");
  }

  @Test
  void replaceOfATableWhoseSequenceFillsAnotherIsRefused() {
    TestTable table = TestTable.create(database, "Numbered", "id bigserial, name text");
    database.execute(
        "CREATE TABLE results.other (n bigint)",
        "DO $$ BEGIN EXECUTE format('ALTER TABLE results.other ALTER n SET DEFAULT"
            + " nextval(%L::regclass)', pg_get_serial_sequence('"
            + table.quoted()
            + "', 'id')); END $$");
    assertRefused(table, WriteMode.REPLACE, "other");
  }

  @Test
  void replaceOfAReferencedTableIsRefused() {
    TestTable table = table();
    database.execute("CREATE TABLE results.child (id bigint REFERENCES " + table.quoted() + ")");
    assertRefused(table, WriteMode.REPLACE, "child", "foreign key", "update");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ON DELETE CASCADE",
        "ON DELETE SET NULL",
        "ON DELETE SET DEFAULT",
        "ON DELETE RESTRICT",
        "ON DELETE NO ACTION NOT DEFERRABLE",
        "ON DELETE CASCADE DEFERRABLE"
      })
  void truncateOfATableWhoseChildrenWouldChangeIsRefused(String action) {
    TestTable table = table();
    database.execute(
        "INSERT INTO " + table.quoted() + " VALUES (1, 'old', 0)",
        "CREATE TABLE results.child (id bigint REFERENCES " + table.quoted() + " " + action + ")",
        "INSERT INTO results.child VALUES (1)");
    assertRefused(table, WriteMode.TRUNCATE, "child", "foreign key", "update");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id bigint, name text, score float8|SELECT 1",
        "id bigint, name text, score float8|CREATE UNIQUE INDEX ON %s (id, name)",
        "id bigint, name text, score float8|CREATE UNIQUE INDEX ON %s (id) WHERE id > 0",
        "id bigint, name text, score float8|CREATE UNIQUE INDEX ON %s ((id + 1))",
        "id bigint, name text, score float8|CREATE INDEX ON %s (id)",
        "id bigint UNIQUE DEFERRABLE, name text, score float8|SELECT 1"
      })
  void updateWithoutAPlainUniqueIndexIsRefusedWithTheStatementThatMakesOne(
      String columns, String index) {
    TestTable table = TestTable.create(database, "Keyless", columns);
    database.execute(index.formatted(table.quoted()));
    assertRefused(table, WriteMode.UPDATE, "CREATE UNIQUE INDEX", "id", table.name());
  }

  /** Of PostgreSQL 18. */
  @Test
  void updateByAKeyThatIsUniqueForEachMomentOnlyIsRefused() {
    assumeTrue(Integer.parseInt(database.value("SHOW server_version_num")) >= 180000);
    TestTable table =
        TestTable.create(
            database,
            "Prices",
            "id int4range, name int4range, score float8, UNIQUE (id, name WITHOUT OVERLAPS)");
    Schema schema =
        Schema.builder()
            .addStringField("id")
            .addStringField("name")
            .addDoubleField("score")
            .build();
    ResultSinkException failure =
        Refusals.refused(
            database,
            SampleRows.of(schema, List.of("[1,2)", "[1,3)", 1.0)),
            PostgresResultSink.to(table.url("mode=update&unique=id,name")));
    assertThat(failure.getMessage(), containsString("CREATE UNIQUE INDEX"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"INSERT", "UPDATE"})
  void updateOfATableWithRulesIsRefused(String event) {
    TestTable table = table();
    database.execute(
        "CREATE RULE aside AS ON " + event + " TO " + table.quoted() + " DO ALSO NOTIFY aside");
    assertRefused(table, WriteMode.UPDATE, "rule aside", "trigger");
  }

  @Test
  void replaceOfATableThatBelongsToAnExtensionIsRefused() {
    TestTable table = table();
    database.execute("ALTER EXTENSION plpgsql ADD TABLE " + table.quoted());
    assertRefused(table, WriteMode.REPLACE, "extension plpgsql", "truncate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TYPE %s AS ENUM ('a')",
        "CREATE DOMAIN %s AS int",
        "CREATE TYPE %s AS RANGE (subtype = int)",
        "CREATE TYPE %s AS (a int)",
        "CREATE TYPE %s",
        "CREATE INDEX %2$s ON results.other (a)"
      })
  void aMissingTableWhoseNameIsTakenIsRefused(String taken) {
    TestTable table = TestTable.missing(database, "Taken");
    String quoted = table.quoted();
    database.execute(
        "CREATE TABLE results.other (a int)",
        taken.formatted(quoted, quoted.substring(quoted.indexOf('.') + 1)));
    assertRefused(table, WriteMode.REPLACE, "; name a");
  }

  @Test
  void theNameOfAnArraysTypeIsFree() {
    database.executeAs("sink", "CREATE TYPE results.mood AS ENUM ('sad')");
    TestTable table = new TestTable(database, "_mood");
    Runners.DIRECT.publish(SampleRows.many(3), table.sink(WriteMode.REPLACE));
    assertThat(table.count(), equalTo(3L));
  }

  @Test
  void aKeyOfMoreColumnsThanAnIndexHasIsRefused() {
    TestTable table = TestTable.missing(database, "Wide");
    Schema.Builder schema = Schema.builder();
    IntStream.range(0, 33).forEach(i -> schema.addInt64Field("c" + i));
    String key = IntStream.range(0, 33).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    ResultSinkException failure =
        Refusals.refused(
            database,
            SampleRows.of(schema.build(), IntStream.range(0, 33).mapToObj(Long::valueOf).toList()),
            PostgresResultSink.to(table.url("mode=update&unique=" + key)));
    assertThat(failure.getMessage(), containsString("at most 32"));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void theLedgerIsNoTarget(WriteMode mode) {
    assertRefused(new TestTable(database, TestDatabase.LEDGER), mode, "name another table");
  }

  @Test
  void replaceOfAPublishedTableIsRefused() {
    TestTable table = table();
    database.execute("CREATE PUBLICATION copies FOR TABLE " + table.quoted());
    assertRefused(table, WriteMode.REPLACE, "publication", "copies", "truncate");
  }

  @Test
  void replaceUnderAPublicationOfAllTablesIsRefused() {
    TestTable table = table();
    database.execute("CREATE PUBLICATION everything FOR ALL TABLES");
    assertRefused(table, WriteMode.REPLACE, "everything");
  }

  @Test
  void truncateOfAPublishedTableNeedsAReplicaIdentity() {
    TestTable table = TestTable.create(database, "Keyless", "id bigint, name text, score float8");
    database.execute("CREATE PUBLICATION copies FOR TABLE " + table.quoted());
    assertRefused(table, WriteMode.TRUNCATE, "replica identity", "copies");
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void underAPublicationOfAllTablesTheLedgerMustBeThereFirst(WriteMode mode) {
    TestTable table = table();
    database.execute("CREATE PUBLICATION everything FOR ALL TABLES");
    assertRefused(table, mode, "everything", "result_sink_ledger");
  }

  @Test
  void replaceThatLosesAColumnOfAPolicyIsRefused() {
    TestTable table = TestTable.create(database, "Guarded", COLUMNS + ", region text");
    database.execute(
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY regional ON " + table.quoted() + " USING (region = current_user)");
    assertRefused(table, WriteMode.REPLACE, "regional", "region");
  }

  @Test
  void replaceThatLosesAGrantedColumnIsRefused() {
    TestTable table = TestTable.create(database, "Guarded", COLUMNS + ", region text");
    database.execute("GRANT SELECT (id, region) ON " + table.quoted() + " TO reader");
    assertRefused(table, WriteMode.REPLACE, "region", "reader");
  }

  /** A superuser may do all but create a table there. */
  @ParameterizedTest
  @CsvSource({
    "pg_catalog.x, pg_catalog",
    "pg_toast.x?mode=replace, pg_toast",
    "pg_temp.x?staging_schema=results, pg_temp",
    "pg_temp_3.x?staging_schema=results, pg_temp_3",
    "results.x?staging_schema=pg_catalog, pg_catalog"
  })
  void tablesInSchemasOfTheSystemAreRefused(String tail, String schema) {
    PostgresResultSink sink = PostgresResultSink.to(database.urlAs("postgres", tail));
    ResultSinkException failure = Refusals.refused(database, sink);
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(
        failure.getMessage(),
        containsString("schema " + schema + " is PostgreSQL's own; name another schema"));
  }

  private TestTable table() {
    return TestTable.create(database, "Target", COLUMNS);
  }

  private void assertRefused(TestTable table, WriteMode mode, String... phrases) {
    ResultSinkException failure = Refusals.refused(database, table.sink(mode));
    assertThat(failure, instanceOf(IncompatibleTableException.class));
    assertThat(failure.getMessage(), containsString(table.name()));
    for (String phrase : phrases) {
      assertThat(failure.getMessage(), containsStringIgnoringCase(phrase));
    }
  }
}
