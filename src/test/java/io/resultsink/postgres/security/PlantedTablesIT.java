package io.resultsink.postgres.security;

import static io.resultsink.postgres.testing.TestingPostgres.STRANGER;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another role may create in the staging schema, and puts there what the sink might take. */
@Tag("attack")
class PlantedTablesIT {

  private static final long ROWS = 100;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private TestTable table;

  @BeforeEach
  void letTheStrangerIn() {
    table = TestTable.create(database, "Wanted", "id bigint, name text, score float8");
    database.execute("GRANT USAGE, CREATE ON SCHEMA results TO stranger");
    database.executeAs(
        STRANGER,
        "CREATE TABLE results.loot (who text)",
        "GRANT INSERT ON results.loot TO PUBLIC",
        """
        CREATE FUNCTION results.spy() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN INSERT INTO results.loot VALUES (current_user); RETURN NEW; END'
        """);
  }

  private List<String> loot() {
    return database.column("SELECT DISTINCT who FROM results.loot");
  }

  /** A table of the stranger's that runs his function for each row that the sink writes. */
  private void plant(String name, String columns) {
    database.executeAs(
        STRANGER,
        "CREATE TABLE results." + name + " (" + columns + ")",
        "GRANT ALL ON results." + name + " TO PUBLIC",
        "CREATE TRIGGER spy BEFORE INSERT ON results."
            + name
            + " FOR EACH ROW EXECUTE FUNCTION results.spy()");
  }

  private String nameOf(Steps run) {
    return "result_sink_" + run.plan().run().runId();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_t"})
  void aStagingTableOfOthersIsRefused(String suffix) {
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      plant(
          nameOf(run) + suffix,
          suffix.isEmpty() ? "id bigint, name text, score float8" : "token uuid");
      IncompatibleTableException refusal =
          assertThrows(IncompatibleTableException.class, () -> run.stage(0, ROWS));
      assertThat(refusal.getMessage(), containsString("belongs to role stranger"));
      assertThat(refusal.getMessage(), containsString("DROP TABLE"));
      assertThat(loot(), is(empty()));
      database.execute("DROP TABLE results." + nameOf(run) + suffix);
      run.run(ROWS);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  @Test
  void aTableOfOthersForRowsThatDoNotFitIsRefused() {
    PostgresTarget target =
        PostgresTarget.parse(table.url("mode=append&rejects=results.bad&run_id=night"));
    try (Steps run = new Steps(target)) {
      String name = "result_sink_" + run.plan().run().loadId() + "_r";
      plant(
          name,
          "rejected_at timestamptz, column_name text, reason text, sqlstate text, row_json text");
      IncompatibleTableException refusal =
          assertThrows(
              IncompatibleTableException.class, () -> run.stage(List.of(SampleRows.bad(1))));
      assertThat(refusal.getMessage(), containsString("belongs to role stranger"));
      assertThat(loot(), is(empty()));
      database.execute("DROP TABLE results." + name);
      plant(
          "bad",
          "run_id text, target_schema text, target_table text, part text, rejected_at timestamptz,"
              + " column_name text, reason text, sqlstate text, row_json text");
      refusal =
          assertThrows(
              IncompatibleTableException.class, () -> run.stage(List.of(SampleRows.bad(1))));
      assertThat(refusal.getMessage(), containsString("rejects table results.bad belongs to role"));
      assertThat(loot(), is(empty()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TRIGGER spy BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION results.spy()",
        "CREATE RULE spy AS ON INSERT TO %s DO ALSO INSERT INTO results.loot VALUES (current_user)",
        "ALTER TABLE %s ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE %s ADD COLUMN more text",
        "ALTER TABLE %s ALTER COLUMN name SET DEFAULT 'x'",
        "ALTER TABLE %s ADD CONSTRAINT spy CHECK (id IS NOT NULL)",
        "CREATE INDEX ON %s ((name || 'x'))",
        "CREATE TABLE results.child () INHERITS (%s)",
      })
  void whatOthersHangOnAStagingTableIsFoundByThePublish(String statement) {
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      database.execute(statement.formatted(database.stagingTables().get(0)));
      IncompatibleTableException refusal =
          assertThrows(IncompatibleTableException.class, () -> run.publish(chunks));
      assertThat(refusal.getMessage(), containsString("event trigger"));
      assertThat(table.rows("id"), is(empty()));
    }
  }

  @Test
  void aStagingTableWithoutItsTokensIsRefusedByName() {
    try (Steps run = new Steps(table.target(WriteMode.APPEND))) {
      run.stage(0, ROWS);
      String tokens = database.stagingTables().get(0) + "_t";
      database.execute("DROP TABLE " + tokens);
      IncompatibleTableException refusal =
          assertThrows(IncompatibleTableException.class, () -> run.stage(0, ROWS));
      assertThat(refusal.getMessage(), containsString(tokens + ", which belongs to it, is gone"));
      assertThat(table.rows("id"), is(empty()));
    }
  }

  /** As good as it gets for him: he even knows the tokens, and so the name and the digest. */
  @Test
  @Measure(
      value = "owner of a sealed table",
      disabledBy = "an answer that it is ours",
      attack = "a sealed table with forged rows is planted")
  void withoutTheOwnerForgedRowsOfASealedTableAreTaken() throws Exception {
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<StagedChunk> chunks = run.stage(0, 2);
      plantSealed(chunks.get(0));
      IncompatibleTableException refusal =
          assertThrows(IncompatibleTableException.class, () -> run.publish(chunks));
      assertThat(refusal.getMessage(), containsString("belongs to role stranger"));
      assertThat(table.rows("id"), is(empty()));
      PostgresProxy.Fault takenOut =
          database
              .network()
              .rewrite(
                  "me.oid AS own", sql -> sql.replace("c.relowner = me.oid AS own", "true AS own"));
      run.publish(chunks);
      assertThat(takenOut.met() > 0, is(true));
      assertThat(table.rows("name"), equalTo(List.of(List.of("forged"), List.of("forged"))));
    }
  }

  private void plantSealed(StagedChunk chunk) throws Exception {
    String digest =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(
                        (chunk.token() + ":" + chunk.transactionId() + ":" + chunk.rows())
                            .getBytes(StandardCharsets.UTF_8)));
    String staging = database.stagingTables().get(0);
    String sealed = staging + "_s" + digest.substring(0, 8);
    String comment = database.value("SELECT obj_description(?::regclass, 'pg_class')", staging);
    database.executeAs(
        STRANGER,
        """
        DO $$ BEGIN
          CREATE TABLE %1$s (id bigint, name text, score float8);
          INSERT INTO %1$s VALUES (0, 'forged', 0), (1, 'forged', 0);
          EXECUTE format('COMMENT ON TABLE %1$s IS %%L',
            regexp_replace('%2$s', '}$', ',"chunks":"%3$s","copied_by":')
              || pg_current_xact_id() || '}');
          GRANT SELECT, UPDATE ON %1$s TO PUBLIC;
        END $$
        """
            .formatted(sealed, comment, digest));
  }

  @Test
  @Measure(
      value = "owner of the staging table, for each chunk",
      disabledBy = "an answer that it is ours",
      attack = "a worker wakes up when its table's name is another's")
  void withoutTheOwnerALateChunkIsGivenToATableOfOthers() {
    assertThrows(StagingFailedException.class, this::stageIntoANameThatWasFree);
    assertThat(loot(), is(empty()));
    PostgresProxy.Fault takenOut =
        database
            .network()
            .rewrite("CASE count", sql -> sql.replace("CASE count(*) WHEN 2", "CASE 2 WHEN 2"));
    stageIntoANameThatWasFree();
    assertThat(takenOut.met() > 0, is(true));
    assertThat(loot(), equalTo(List.of("sink")));
  }

  private void stageIntoANameThatWasFree() {
    try (Steps run = new Steps(table.target(WriteMode.APPEND));
        Steps.Bundle zombie = run.bundle()) {
      zombie.process(0, ROWS);
      run.tidy(run.publish(run.stage(0, ROWS)));
      plant(nameOf(run), "id bigint, name text, score float8");
      plant(nameOf(run) + "_t", "token uuid");
      zombie.finish();
    }
  }

  /** Whoever reads everybody's comments reads these too. */
  @Test
  void commentsThatCannotBeReadAndTablesThatCannotBeDroppedStopNobody() throws Exception {
    List<String> comments =
        List.of(
            "{\"result_sink\":1,\"load_id\":\"%s\",\"schema\":\"\",\"table\":\"\",\"created_at\":\"2020-01-01T00:00:00Z\"}",
            "{\"result_sink\":1,\"load_id\":\"%s\",\"schema\":\"x\",\"table\":\"x\",\"created_at\":\"yesterday\"}",
            "{\"result_sink\":1,\"load_id\":{},\"schema\":[],\"table\":null}",
            "{".repeat(2_000),
            "[".repeat(100_000),
            "{\"result_sink\":1,\"load_id\":\"%s\",\"schema\":\"results\",\"table\":\"x\",\"created_at\":\"2020-01-01T00:00:00Z\"}");
    int number = 0;
    for (String comment : comments) {
      String id = "%032x".formatted(number++);
      database.executeAs(
          STRANGER,
          "CREATE TABLE results.result_sink_" + id + " (id bigint)",
          "CREATE VIEW results.view_" + id + " AS SELECT * FROM results.result_sink_" + id,
          "COMMENT ON TABLE results.result_sink_" + id + " IS '" + comment.formatted(id) + "'");
    }
    database.execute("GRANT stranger TO sink");
    try (Steps run = new Steps(PostgresTarget.parse(table.url("mode=append&staging_ttl=1ms")))) {
      run.run(ROWS);
      try (PostgresConnections connections = PostgresConnections.lease(run.plan().source());
          Session session = connections.borrow()) {
        AbandonedStaging staging = new AbandonedStaging(session, TestDatabase.SCHEMA);
        assertThat(staging.find().size(), equalTo(1));
        assertThat(staging.drop(staging.find().get(0).name()), is(false));
      }
      assertThat(
          database.column("SELECT relname FROM pg_class WHERE relname LIKE ?", nameOf(run) + "%"),
          is(empty()));
    } finally {
      database.execute("REVOKE stranger FROM sink");
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  /** The second attempt at a run, or the next run of a template, does all that the first did. */
  @Test
  void aReplaceCopiesUnderANameThatNobodyForesees() {
    List<String> names = new ArrayList<>();
    database
        .network()
        .rewrite(
            "CREATE TABLE \"results\"\\.\"result_sink_new",
            sql -> {
              names.add(sql.replaceAll("(?s).*CREATE TABLE \"results\"\\.\"([^\"]+)\".*", "$1"));
              return "SELECT 1 / 0; " + sql;
            });
    PostgresTarget target = PostgresTarget.parse(table.url("mode=replace&staging=unlogged"));
    try (Steps run = new Steps(target)) {
      List<StagedChunk> chunks = run.stage(0, ROWS);
      assertThrows(ResultSinkException.class, () -> run.publish(chunks));
      database.network().calm();
      assertThat(names, is(not(empty())));
      names.add("result_sink_new");
      names.add("result_sink_new_" + run.plan().run().runId());
      for (String name : names) {
        database.executeAs(STRANGER, "CREATE TABLE results." + name + " (id bigint)");
      }
      run.publish(chunks);
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
  }

  /** Its staging table was dropped by hand. */
  @Test
  void tokensWithoutTheirStagingTableAreFoundAndDropped() throws Exception {
    try (Steps run = new Steps(table.target(WriteMode.APPEND));
        PostgresConnections connections = PostgresConnections.lease(run.plan().source());
        Session session = connections.borrow()) {
      run.stage(0, ROWS);
      AbandonedStaging staging = new AbandonedStaging(session, TestDatabase.SCHEMA);
      assertThat(staging.find().size(), equalTo(1));
      database.execute("DROP TABLE " + database.stagingTables().get(0));
      assertThat(staging.find().size(), equalTo(1));
      assertThat(staging.drop(staging.find().get(0).name()), is(true));
      database.assertNothingStaged();
    }
  }
}
