package io.resultsink.postgres.mode;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code keep=all}: the table's definition stays to the letter, in place and by copy. */
@Tag("attack")
class KeepIT {

  private static final long ROWS = 500;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @CsvSource({"plain, logged", "plain, unlogged", "more, logged"})
  void everythingThatHangsOnATableIsKept(String which, String staging) throws SQLException {
    TestTable table = which.equals("plain") ? Furnished.plain(database) : Furnished.more(database);
    database.execute("INSERT INTO " + table.quoted() + " (id, name, score) VALUES (-1, 'old', 0)");
    List<String> before = Definition.of(table);
    boolean inPlace = which.equals("plain") && staging.equals("logged");
    for (int round = 1; round <= 2; round++) {
      String oid = table.oid();
      try (Steps run = new Steps(target(table, "&staging=" + staging))) {
        List<StagedChunk> chunks = run.stage(0, ROWS);
        String staged =
            database.value("SELECT ?::regclass::oid", (Object) database.stagingTables().get(0));
        run.tidy(run.publish(chunks));
        assertThat("in place", table.oid().equals(staged), is(inPlace));
      }
      assertThat("a new table", table.oid(), not(equalTo(oid)));
      assertThat(Definition.of(table), equalTo(before));
      assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
      database.assertNothingStaged();
    }
  }

  @Test
  void columnsThatTheResultLacksFillThemselvesAndSequencesGoOn() {
    TestTable table = Furnished.more(database);
    String name = table.quoted();
    database.execute(
        "INSERT INTO "
            + name
            + " (id, name, score) SELECT i, 'old', 0 FROM"
            + " generate_series(1, 10) AS i");
    Runners.DIRECT.publish(SampleRows.many(20), PostgresResultSink.to(target(table, "")));
    assertThat(
        database.value("SELECT count(DISTINCT number) FROM " + name + " WHERE number > 10"),
        equalTo("20"));
    assertThat(
        database.value(
            "SELECT count(DISTINCT counted) FROM "
                + name
                + " WHERE counted > 145 AND mood = 'happy' AND slug IS NOT DISTINCT FROM"
                + " lower(name) AND at IS NOT NULL"),
        equalTo("20"));
    database.execute("INSERT INTO " + name + " (id, name, score) VALUES (99, 'new', 0)");
    assertThat(
        database
            .rows(
                "SELECT number = max(number) OVER (), counted = max(counted) OVER () FROM "
                    + name
                    + " ORDER BY id DESC LIMIT 1")
            .get(0),
        equalTo(List.of("t", "t")));
  }

  /** What the rows violate, in the user's names, and the column that a NULL is in. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ADD CONSTRAINT k UNIQUE (score)              | constraint k | 23505",
        "ADD CONSTRAINT k UNIQUE (score) DEFERRABLE   | constraint k | 23505",
        "ADD CONSTRAINT k CHECK (score > 0)           | constraint k | 23514",
        "ADD CONSTRAINT k CHECK (score > 0) NOT VALID | constraint k | 23514",
        "ADD CONSTRAINT k EXCLUDE USING btree (score WITH =) | constraint k | 23P01",
        "ALTER name SET NOT NULL                      | name         | ",
      })
  void aViolationIsNamedAndLeavesTheTable(String alter, String named, String state)
      throws SQLException {
    for (String staging : List.of("logged", "unlogged")) {
      TestTable table =
          TestTable.create(database, "Violated", "id bigint PRIMARY KEY, name text, score float8");
      database.execute(
          "INSERT INTO " + table.quoted() + " VALUES (1, 'one', 1)",
          "ALTER TABLE " + table.quoted() + " " + alter);
      List<String> before = Fingerprint.withoutStaging(database);
      Row row = SampleRows.row(0, 0);
      Row other = SampleRows.row(1, 0);
      ResultSinkException failure =
          assertThrows(
              ResultSinkException.class,
              () -> {
                try (Steps run = new Steps(target(table, "&staging=" + staging))) {
                  run.publish(run.stage(List.of(row, other)));
                }
              });
      assertThat(failure.getMessage(), containsString(named));
      assertThat(failure.getMessage(), not(containsString("result_sink_new")));
      if (state != null) {
        assertThat(failure.getMessage(), containsString("SQLSTATE " + state));
      }
      assertThat(Fingerprint.withoutStaging(database), equalTo(before));
      database.execute("DROP TABLE " + table.quoted());
    }
  }

  /** Read again, and kept. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void whatIsChangedWhileIndexesAreBuiltIsKeptAsItIsThen(String staging) {
    TestTable table = Furnished.plain(database);
    List<List<String>> after = new ArrayList<>();
    try (Steps run = new Steps(target(table, "&staging=" + staging))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      try (Faults faults =
          Faults.at(
              FaultPoint.INDEXED,
              () -> {
                database.execute(
                    "ALTER INDEX results.by_hash RENAME TO by_hashing",
                    "GRANT SELECT ON " + table.quoted() + " TO team");
                database.executeAs(
                    "sink", "CREATE VIEW results.late AS SELECT id FROM " + table.quoted());
                after.add(Definition.of(table));
              })) {
        run.tidy(run.publish(chunks));
        assertThat("begun again", faults.visits(FaultPoint.INDEXED), equalTo(2));
      }
    }
    assertThat(Definition.of(table), equalTo(after.get(0)));
    assertThat(database.value("SELECT count(*) FROM results.late"), equalTo(Long.toString(ROWS)));
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  /**
   * No lock of ours keeps others from reading the table, so what reads it may be made at any time.
   */
  @Test
  void whatCannotBeKeptAndComesMeanwhileIsRefusedByName() {
    TestTable table = Furnished.plain(database);
    try (Steps run = new Steps(target(table, ""));
        Faults faults =
            Faults.at(
                FaultPoint.INDEXED,
                () ->
                    database.execute(
                        "CREATE FUNCTION results.late() RETURNS bigint LANGUAGE sql BEGIN ATOMIC"
                            + " SELECT count(*) FROM "
                            + table.quoted()
                            + "; END"))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      ResultSinkException failure =
          assertThrows(ResultSinkException.class, () -> run.publish(chunks));
      assertThat(failure.getMessage(), containsString("function results.late() depends on it"));
      assertThat("begun again", faults.visits(FaultPoint.INDEXED), equalTo(1));
    }
    assertThat(table.count(), equalTo(0L));
  }

  /** As a backup does, which locks one table after the other. */
  @Test
  void whoHoldsTheTableAndWaitsForItsSuccessorIsGivenWay() throws Exception {
    TestTable table = Furnished.plain(database);
    try (Steps run = new Steps(target(table, ""));
        Connection backup = database.superuser()) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      backup.setAutoCommit(false);
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      try (Faults faults =
          Faults.at(
              FaultPoint.INDEXED,
              () -> {
                TestDatabase.rows(backup, "SELECT FROM " + table.quoted() + " LIMIT 0");
                String sealed = database.stagingTables().get(0);
                waiting.add(
                    runAsync(
                        () -> {
                          try {
                            TestDatabase.rows(backup, "SELECT FROM " + sealed + " LIMIT 0");
                            backup.rollback();
                          } catch (SQLException e) {
                            throw new IllegalStateException(e);
                          }
                        }));
              })) {
        CompletableFuture<Void> publish = runAsync(() -> run.tidy(run.publish(chunks)));
        publish.get(60, TimeUnit.SECONDS);
        assertThat("once more", faults.visits(FaultPoint.INDEXED), equalTo(2));
      }
      waiting.get(0).get(1, TimeUnit.SECONDS);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void foreignKeysAreCheckedAndKept(String staging) {
    TestTable table =
        TestTable.create(database, "Referring", "id bigint PRIMARY KEY, name text, score float8");
    String name = table.quoted();
    database.executeAs(
        "sink",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent SELECT generate_series(0, 19)",
        "ALTER TABLE "
            + name
            + " ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES results.parent"
            + " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "COMMENT ON CONSTRAINT refers ON " + name + " IS 'to the parent'",
        "CREATE VIEW results.seen AS SELECT id FROM " + name);
    List<String> before = Definition.of(table);
    String options = "&staging=" + staging;
    Runners.DIRECT.publish(SampleRows.many(20), PostgresResultSink.to(target(table, options)));
    assertThat(Definition.of(table), equalTo(before));
    List<String> all = Fingerprint.withoutStaging(database);
    Throwable failure =
        Runners.DIRECT.failure(SampleRows.many(21), PostgresResultSink.to(target(table, options)));
    assertThat(failure.getMessage(), containsString("the result violates constraint refers"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(all));
    database.execute("DELETE FROM results.parent WHERE id >= 5");
    assertThat("its triggers act", table.count(), equalTo(5L));
  }

  /** So do views on these views, and what hangs on all of them. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void viewsReadTheNewTableAndStay(String staging) {
    TestTable table =
        TestTable.create(database, "Viewed", "id bigint PRIMARY KEY, name text, score float8");
    String name = table.quoted();
    database.executeAs(
        "sink",
        "INSERT INTO " + name + " VALUES (-1, 'old', 0)",
        "CREATE VIEW results.plain AS SELECT * FROM " + name,
        "CREATE VIEW results.barrier WITH (security_barrier, check_option = local) AS SELECT id,"
            + " name AS \"its name\" FROM "
            + name
            + " WHERE score >= 0",
        "CREATE VIEW results.grouped AS SELECT t.*, count(p.id) AS n FROM "
            + name
            + " AS t LEFT JOIN results.plain AS p USING (id) GROUP BY t.id",
        "CREATE VIEW results.upon AS SELECT b.* FROM results.barrier AS b JOIN results.grouped"
            + " USING (id)",
        "ALTER VIEW results.plain ALTER COLUMN name SET DEFAULT 'by the view'",
        "GRANT SELECT ON results.upon TO reader",
        "GRANT SELECT (id) ON results.plain TO reader",
        "COMMENT ON VIEW results.plain IS 'all of it'",
        "ALTER VIEW results.barrier OWNER TO team");
    String views =
        "SELECT oid, relname, pg_get_viewdef(oid), reloptions, relacl::text, relowner::regrole,"
            + " obj_description(oid, 'pg_class'), (SELECT string_agg(attname || attacl::text, '')"
            + " FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL), (SELECT"
            + " count(*) FROM pg_attrdef WHERE adrelid = c.oid) FROM pg_class AS c"
            + " WHERE relkind = 'v' AND relnamespace = 'results'::regnamespace ORDER BY 2";
    List<List<String>> before = database.rows(views);
    List<String> definition = Definition.of(table);
    Runners.DIRECT.publish(
        SampleRows.many(ROWS), PostgresResultSink.to(target(table, "&staging=" + staging)));
    assertThat(database.rows(views), equalTo(before));
    assertThat(Definition.of(table), equalTo(definition));
    for (String view : List.of("plain", "grouped")) {
      assertThat(
          view,
          database.value("SELECT count(*) FROM results." + view),
          equalTo(Long.toString(ROWS)));
    }
    assertThat(
        database.value(
            "SELECT count(DISTINCT refobjid) FROM pg_depend JOIN pg_rewrite r ON r.oid = objid"
                + " WHERE classid = 'pg_rewrite'::regclass AND refobjid = ?",
            Long.valueOf(table.oid())),
        equalTo("1"));
  }

  /** Exact matches in a schema of the role's path win over the polymorphic ones that were meant. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void definitionsAreNotBoundToAnotherRolesOperators(String staging) {
    TestTable table =
        TestTable.create(database, "Bound", "id bigint, name text, score float8, tags bigint[]");
    String name = table.quoted();
    database.executeAs(
        "sink",
        "ALTER TABLE " + name + " DROP tags, ADD CHECK (ARRAY[id] @> ARRAY[id])",
        "ALTER TABLE "
            + name
            + " ALTER name SET DEFAULT (ARRAY[1::bigint] @> ARRAY[1::bigint])::text",
        "CREATE INDEX ON "
            + name
            + " ((ARRAY[id] @> ARRAY[1::bigint])) WHERE ARRAY[id] @> ARRAY[2::bigint]",
        "CREATE STATISTICS results.bound ON (ARRAY[id] @> ARRAY[1::bigint]), id FROM " + name,
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW;"
            + " END'",
        "CREATE TRIGGER acts BEFORE UPDATE ON "
            + name
            + " FOR EACH ROW WHEN (ARRAY[NEW.id] @>"
            + " ARRAY[1::bigint]) EXECUTE FUNCTION results.acts()",
        "CREATE RULE noted AS ON UPDATE TO "
            + name
            + " WHERE ARRAY[NEW.id] @> ARRAY[-1::bigint]"
            + " DO ALSO DELETE FROM "
            + name
            + " WHERE false",
        "CREATE POLICY guarded ON " + name + " USING (ARRAY[id] @> ARRAY[1::bigint])");
    database.execute(
        "GRANT CREATE ON SCHEMA public TO stranger",
        "SET ROLE stranger",
        "CREATE FUNCTION public.contains(bigint[], bigint[]) RETURNS boolean LANGUAGE sql IMMUTABLE"
            + " AS 'SELECT true'",
        "CREATE OPERATOR public.@> (LEFTARG = bigint[], RIGHTARG = bigint[], FUNCTION ="
            + " public.contains)",
        "RESET ROLE");
    List<String> before = Definition.of(table);
    Runners.DIRECT.publish(
        SampleRows.many(ROWS), PostgresResultSink.to(target(table, "&staging=" + staging)));
    assertThat(Definition.of(table), equalTo(before));
    assertThat(
        database.rows(
            "SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend JOIN pg_operator AS"
                + " o ON o.oid = refobjid WHERE refclassid = 'pg_operator'::regclass AND"
                + " o.oprnamespace = 'public'::regnamespace"),
        is(empty()));
  }

  private static PostgresTarget target(TestTable table, String options) {
    return PostgresTarget.parse(table.url("mode=replace&keep=all" + options));
  }
}
