package io.resultsink.postgres.preflight;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Parts of a table that are on another server. Each server commits for itself, so that a publish
 * that fails at the second has written to the first.
 */
@Tag("attack")
class ForeignPartitionIT {

  private static final String COLUMNS = " (id bigint, name text, score float8)";

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final TestTable table = TestTable.missing(database, "Parts");

  /** Two servers that are one, the second of which refuses at its commit. */
  @BeforeEach
  void twoServers() {
    database.execute(
        "CREATE EXTENSION postgres_fdw",
        "CREATE TABLE results.far1" + COLUMNS,
        "CREATE TABLE results.far2" + COLUMNS,
        "ALTER TABLE results.far1 OWNER TO sink",
        "ALTER TABLE results.far2 OWNER TO sink",
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql"
            + " AS $$ BEGIN RAISE EXCEPTION 'far away says no'; END $$",
        "CREATE TABLE " + table.quoted() + COLUMNS + " PARTITION BY RANGE (id)",
        "ALTER TABLE " + table.quoted() + " OWNER TO sink");
    for (String server : List.of("server1", "server2")) {
      database.execute(
          "CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%d', dbname '%s')"
              .formatted(server, database.server().port(), database.name()),
          "CREATE USER MAPPING FOR PUBLIC SERVER %s OPTIONS (user 'sink', password '%s')"
              .formatted(server, TestingPostgres.PASSWORD));
    }
  }

  private void refuseAtCommit(String far) {
    database.execute(
        "CREATE CONSTRAINT TRIGGER no AFTER INSERT ON "
            + far
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()");
  }

  private String foreign(String name, String server, String far) {
    return "CREATE FOREIGN TABLE results."
        + name
        + COLUMNS
        + " SERVER "
        + server
        + " OPTIONS (schema_name 'results', table_name '"
        + far
        + "')";
  }

  private void attach(String foreign, String parent, String bounds) {
    database.execute(
        "ALTER TABLE " + parent + " ATTACH PARTITION results." + foreign + " FOR VALUES " + bounds);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void areRefusedAtAnyDepth(WriteMode mode) {
    database.execute(
        "CREATE TABLE results.middle PARTITION OF "
            + table.quoted()
            + " FOR VALUES FROM (0) TO (1000) PARTITION BY RANGE (id)",
        foreign("deep", "server1", "far1"));
    attach("deep", "results.middle", "FROM (0) TO (500)");
    ResultSinkException failure = Refusals.refused(database, table.sink(mode));
    assertThat(failure.getMessage(), containsString("DETACH PARTITION \"results\".\"deep\""));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void areRefusedAsHeirsOfHeirs(WriteMode mode) {
    TestTable parent = TestTable.create(database, "Parent", "id bigint, name text, score float8");
    database.execute(
        "CREATE TABLE results.heir () INHERITS (" + parent.quoted() + ")",
        foreign("heirs_heir", "server1", "far1"),
        "ALTER FOREIGN TABLE results.heirs_heir INHERIT results.heir");
    ResultSinkException failure = Refusals.refused(database, parent.sink(mode));
    assertThat(
        failure.getMessage(), containsString("ALTER FOREIGN TABLE \"results\".\"heirs_heir\" NO"));
  }

  @Test
  @Measure(
      value = "look for foreign tables among the parts",
      disabledBy = "an answer that there is none",
      attack = "a second server that refuses at its commit")
  void withoutTheLookAFailedAppendLeavesRowsOnAnotherServer() {
    database.execute(foreign("t1", "server1", "far1"), foreign("t2", "server2", "far2"));
    attach("t1", table.quoted(), "FROM (0) TO (5)");
    attach("t2", table.quoted(), "FROM (5) TO (10)");
    assertThrows(ResultSinkException.class, this::append);
    assertThat(table.count(), equalTo(0L));
    database.network().rewrite("c.relkind = 'f'", sql -> sql.replace("c.relkind = 'f'", "false"));
    long left = 0;
    for (String far : List.of("results.far2", "results.far1")) { // which is first, a hash decides
      refuseAtCommit(far);
      assertThrows(ResultSinkException.class, this::append);
      left += table.count();
      database.execute("DROP TRIGGER no ON " + far);
    }
    assertThat("rows of appends that failed", left, greaterThan(0L));
  }

  @Test
  @Measure(
      value = "second look for foreign tables, after rows were written",
      disabledBy = "an answer that there is none",
      attack = "a partition that is attached after the first look")
  void withoutTheSecondLookAnAppendWritesToAnotherServer() {
    database.execute(
        "CREATE TABLE results.here PARTITION OF " + table.quoted() + " FOR VALUES FROM (0) TO (5)",
        foreign("t2", "server2", "far2"));
    database
        .network()
        .when("^INSERT INTO \"results\".\"Parts")
        .first(() -> attach("t2", table.quoted(), "FROM (5) TO (10)"));
    IncompatibleTableException failure =
        assertThrows(IncompatibleTableException.class, this::append);
    assertThat(failure.getMessage(), containsString("while rows were written"));
    assertThat(table.count(), equalTo(0L));
    database.execute("ALTER TABLE " + table.quoted() + " DETACH PARTITION results.t2");
    database.network().rewrite("c.relkind = 'f'", sql -> sql.replace("c.relkind = 'f'", "false"));
    database
        .network()
        .when("^INSERT INTO \"results\".\"Parts")
        .first(() -> attach("t2", table.quoted(), "FROM (5) TO (10)"));
    append();
    assertThat(database.value("SELECT count(*) FROM results.far2"), equalTo("5"));
  }

  private void append() {
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      List<StagedChunk> chunks = run.stage(0, 10);
      run.publish(chunks);
    }
  }
}
