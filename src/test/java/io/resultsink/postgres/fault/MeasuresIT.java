package io.resultsink.postgres.fault;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Generations;
import io.resultsink.postgres.testing.Measure;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.WaitingReaders;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each measure is there for a reason: with it an attack fails, and without it the same attack
 * succeeds and is noticed. Taken out on the wire, so that the sink has no switch for it.
 */
@Tag("attack")
class MeasuresIT {

  private static final long ROWS = 100;

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();
  private final List<PostgresProxy.Fault> takenOut = new ArrayList<>();

  @AfterEach
  void requireMet() {
    takenOut.forEach(fault -> assertThat("the measure's statement", fault.met(), greaterThan(0)));
  }

  private void takeOut(String statement, UnaryOperator<String> change) {
    takenOut.add(network.rewrite(statement, change));
  }

  private void takeOut(String text, String instead) {
    takeOut(Pattern.quote(text), sql -> sql.replace(text, instead));
  }

  @Test
  @Measure(
      value = "FREEZE in replace's COPY",
      disabledBy = "COPY without it",
      attack = "readers with older snapshots")
  void withoutFreezeOlderSnapshotsSeeAnEmptyTable() throws SQLException {
    Generations generations = new Generations(database, WriteMode.REPLACE, ROWS);
    assertThat(wrongLateReadings(generations), is(empty()));
    takeOut(", FREEZE)", ")");
    assertThat(wrongLateReadings(generations), is(not(empty())));
  }

  @Test
  @Measure(
      value = "FREEZE in the COPY after TRUNCATE",
      disabledBy = "COPY without it",
      attack = "readers with older snapshots")
  void withoutFreezeOlderSnapshotsSeeATruncatedTableEmpty() throws SQLException {
    Generations generations = new Generations(database, WriteMode.TRUNCATE, ROWS).truncating();
    assertThat(wrongLateReadings(generations), is(empty()));
    takeOut(", FREEZE)", ")");
    assertThat(wrongLateReadings(generations), is(not(empty())));
  }

  @Test
  @Measure(
      value = "look at what is there after TRUNCATE",
      disabledBy = "an answer that nothing is",
      attack = "a trigger that puts a row into the emptied table")
  void withoutTheLookAfterTruncateARowThatATriggerPutBackStays() {
    TestTable table = table();
    database.execute(
        "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO "
            + table.quoted()
            + " (id) VALUES (-1); RETURN NULL; END$$",
        "CREATE TRIGGER again AFTER TRUNCATE ON " + table.quoted() + " EXECUTE FUNCTION again()");
    assertThrows(PublishFailedException.class, () -> truncateAndFill(table));
    assertThat(table.count(), equalTo(0L));
    takeOut("^SELECT EXISTS \\(SELECT FROM \"results\"", sql -> "SELECT false");
    truncateAndFill(table);
    assertThat(table.count(), equalTo(ROWS + 1));
  }

  private static void truncateAndFill(TestTable table) {
    String url = table.url("mode=truncate&reset=truncate");
    try (Steps run = new Steps(PostgresTarget.parse(url))) {
      run.publish(run.stage(rows(0, ROWS)));
    }
  }

  @Test
  @Measure(
      value = "the catalog's word that staged rows are frozen",
      disabledBy = "an answer that they are",
      attack = "readers with older snapshots")
  void withoutTheProofOlderSnapshotsSeeAnEmptyTable() throws SQLException {
    Generations generations = new Generations(database, WriteMode.REPLACE, ROWS);
    assertThat(wrongLateReadings(generations), is(empty()));
    takeOut("WHERE age(staged.id) <= age(c.relfrozenxid)", "WHERE false");
    assertThat(wrongLateReadings(generations), is(not(empty())));
  }

  private static List<String> wrongLateReadings(Generations generations) throws SQLException {
    try (Steps run = new Steps(generations.target());
        WaitingReaders readers = new WaitingReaders(generations)) {
      readers.takeSnapshots("REPEATABLE READ");
      List<StagedChunk> chunks = run.stage(generations.next(0, ROWS));
      generations.begin();
      run.tidy(run.publish(chunks));
      generations.end();
      return generations.wrong(readers.read());
    }
  }

  @Test
  @Measure(
      value = "count of each chunk's rows",
      disabledBy = "a count of all rows",
      attack = "a chunk lost, another doubled")
  void withoutTheCountOfEachChunkALostOneAndADoubledOneCancel() {
    TestTable table = table();
    assertThrows(PublishFailedException.class, () -> publishLostAndDoubled(table));
    assertThat(table.rows("id"), is(empty()));
    takeOut("^SELECT xmin::text::bigint, count", sql -> total(sql));
    publishLostAndDoubled(table);
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(2 * ROWS)), is(not(empty())));
  }

  private StagedChunk lost;
  private StagedChunk doubled;

  private void publishLostAndDoubled(TestTable table) {
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<Row> rows = rows(ROWS, 2 * ROWS);
      lost = run.stage(rows(0, ROWS)).get(0);
      doubled = run.stage(Stream.concat(rows.stream(), rows.stream()).toList()).get(0);
      for (String staging : database.stagingTables()) {
        database.execute("DELETE FROM " + staging + " WHERE id < " + ROWS);
      }
      run.publish(
          List.of(
              lost,
              new StagedChunk(doubled.token(), doubled.transactionId(), ROWS, doubled.bytes())));
    }
  }

  /** All chunks are well when the total is. */
  private String total(String sql) {
    String staging = sql.replaceAll(".* FROM (.*) GROUP BY .*", "$1");
    return "SELECT id::bigint, %d::bigint FROM (VALUES (%d), (%d)) AS reported (id)"
            .formatted(ROWS, lost.xmin(), doubled.xmin())
        + " WHERE (SELECT count(*) FROM %s) = %d".formatted(staging, 2 * ROWS);
  }

  @Test
  @Measure(
      value = "ledger",
      disabledBy = "claim always, find nothing",
      attack = "a run that is repeated")
  void withoutTheLedgerARepeatedRunAppendsTwice() {
    TestTable table = table();
    runTwice(table, "one");
    assertThat(table.count(), equalTo(ROWS));
    takeOut(
        "ON CONFLICT DO NOTHING",
        "ON CONFLICT (run_id, target_schema, target_table, part) DO UPDATE SET mode ="
            + " EXCLUDED.mode");
    takeOut("WHERE run_id = $1 AND", "WHERE false AND run_id = $1 AND");
    runTwice(table, "other");
    assertThat("of both runs", table.count(), equalTo(3 * ROWS));
  }

  private static void runTwice(TestTable table, String runId) {
    for (int launch = 1; launch <= 2; launch++) {
      try (Steps run = new Steps(PostgresTarget.parse(table.url("mode=append&run_id=" + runId)))) {
        run.tidy(run.publish(run.stage(rows(0, ROWS))));
      }
    }
  }

  @Test
  @Measure(
      value = "look into the ledger before staging",
      disabledBy = "find nothing",
      attack = "a worker that wakes up after the publish")
  void withoutTheLookBeforeStagingAZombieLeavesATable() {
    assertThat(stagedAfterPublish(), is(empty()));
    takeOut("WHERE run_id = $1 AND", "WHERE false AND run_id = $1 AND");
    assertThat(stagedAfterPublish(), hasSize(1));
  }

  private List<String> stagedAfterPublish() {
    try (Steps run = new Steps(table().target(WriteMode.APPEND))) {
      run.tidy(run.publish(run.stage(rows(0, ROWS))));
      run.stage(rows(0, ROWS));
    }
    return database.stagingTables();
  }

  @Test
  @Measure(
      value = "filter by the reported chunks' ids",
      disabledBy = "all staged rows",
      attack = "a zombie that commits before the publish")
  void withoutTheFilterAZombieIsInTheWay() {
    TestTable table = table();
    publishBesideAZombie(table);
    assertThat(table.count(), equalTo(ROWS));
    takeOut(
        "staged\\.xmin OPERATOR",
        sql ->
            sql.replaceAll("staged\\.xmin OPERATOR\\(pg_catalog\\.=\\) ANY \\([^)]*\\)", "true"));
    // Rows written are not the rows reported then, and nothing is published.
    assertThrows(PublishFailedException.class, () -> publishBesideAZombie(table));
  }

  private static void publishBesideAZombie(TestTable table) {
    try (Steps run = new Steps(table.target(WriteMode.REPLACE))) {
      List<StagedChunk> chunks = run.stage(rows(0, ROWS));
      run.stage(rows(ROWS, 2 * ROWS));
      run.publish(chunks);
    }
  }

  @Test
  @Measure(
      value = "lock on the staging table",
      disabledBy = "a lock that lets writers in",
      attack = "a zombie that is still writing")
  void withoutTheStagingLockAZombieOutlivesThePublish() throws SQLException {
    assertThat(zombieCommits(), is(false));
    takeOut("IN SHARE ROW EXCLUSIVE MODE", "IN ACCESS SHARE MODE");
    assertThat(zombieCommits(), is(true));
  }

  private boolean zombieCommits() throws SQLException {
    try (Steps run = new Steps(table().target(WriteMode.APPEND));
        Connection zombie = database.connect(TestingPostgres.SINK)) {
      List<StagedChunk> chunks = run.stage(rows(0, ROWS));
      zombie.setAutoCommit(false);
      for (String staging : database.stagingTables()) {
        zombie.createStatement().execute("INSERT INTO " + staging + " VALUES (0, 'zombie', 0)");
      }
      run.publish(chunks);
      try {
        zombie.commit();
        return true;
      } catch (SQLException e) {
        return false;
      }
    }
  }

  @Test
  @Measure(
      value = "READ COMMITTED in every transaction",
      disabledBy = "the role's REPEATABLE READ",
      attack = "a truncate waits while a user's row is committed")
  void withoutReadCommittedARowThatATruncateWaitedForStays() throws Exception {
    assertThat(rowsAfterATruncateThatWaited(), equalTo(ROWS));
    takeOut("ISOLATION LEVEL READ COMMITTED, ", "");
    assertThat(rowsAfterATruncateThatWaited(), equalTo(ROWS + 1));
  }

  private long rowsAfterATruncateThatWaited() throws Exception {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.TRUNCATE));
        Connection user = database.superuser();
        Statement statement = user.createStatement()) {
      List<StagedChunk> chunks = run.stage(rows(0, ROWS));
      user.setAutoCommit(false);
      statement.execute("INSERT INTO " + table.quoted() + " (id) VALUES (-1)");
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.publish(chunks));
      awaitQuery("LOCK TABLE % IN EXCLUSIVE MODE%");
      user.commit();
      publish.get(60, TimeUnit.SECONDS);
    }
    return table.count();
  }

  private void awaitQuery(String pattern) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !database
                    .rows(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = ?"
                            + " AND application_name LIKE 'result_sink publish%' AND query LIKE ?",
                        database.name(), pattern)
                    .isEmpty());
  }

  @Test
  @Measure(
      value = "row_security off",
      disabledBy = "on, and the preflight's look at it",
      attack = "a policy that hides old rows from truncate")
  void withoutRowSecurityOffATruncateLeavesHiddenRows() {
    TestTable table = table();
    database.execute(
        "INSERT INTO " + table.quoted() + " VALUES (-1, 'hidden', 0)",
        "ALTER TABLE " + table.quoted() + " ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE " + table.quoted() + " FORCE ROW LEVEL SECURITY",
        "CREATE POLICY partly ON " + table.quoted() + " USING (id >= 0)");
    takeOut("pg_catalog.row_security_active(c.oid)", "false");
    assertThrows(ResultSinkException.class, () -> truncate(table));
    assertThat(table.count(), equalTo(1L));
    takeOut("'row_security', 'off'", "'row_security', 'on'");
    truncate(table);
    assertThat(table.count(), equalTo(ROWS + 1));
  }

  @Test
  @Measure(
      value = "look at what is left after DELETE",
      disabledBy = "an answer that nothing is",
      attack = "a trigger that keeps old rows from truncate")
  void withoutTheLookAfterDeleteATruncateLeavesWhatATriggerKept() {
    TestTable table = table();
    database.execute(
        "INSERT INTO " + table.quoted() + " VALUES (-1, 'kept', 0)",
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keep BEFORE DELETE ON "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION keep()");
    assertThrows(PublishFailedException.class, () -> truncate(table));
    assertThat(table.count(), equalTo(1L));
    takeOut("^SELECT EXISTS \\(SELECT FROM \"results\"", sql -> "SELECT false");
    truncate(table);
    assertThat(table.count(), equalTo(ROWS + 1));
  }

  private static void truncate(TestTable table) {
    try (Steps run = new Steps(table.target(WriteMode.TRUNCATE))) {
      run.publish(run.stage(rows(0, ROWS)));
    }
  }

  @Test
  @Measure(
      value = "lock_timeout while replace waits",
      disabledBy = "no limit",
      attack = "a reader behind it while another holds the table")
  void withoutALockTimeoutReadersWaitForTheHolder() throws Exception {
    Duration bearable = Duration.ofMillis(1_500);
    assertThat(longestWaitBehindAReplace().compareTo(bearable) < 0, is(true));
    takeOut("SET LOCAL lock_timeout TO 100", "SET LOCAL lock_timeout TO 0");
    assertThat(longestWaitBehindAReplace().compareTo(bearable) > 0, is(true));
  }

  private Duration longestWaitBehindAReplace() throws Exception {
    TestTable table = table();
    try (Steps run = new Steps(table.target(WriteMode.REPLACE));
        Connection holder = database.superuser();
        PollingReaders innocents =
            new PollingReaders(database, "SELECT count(*) FROM " + table.quoted())) {
      List<StagedChunk> chunks = run.stage(rows(0, ROWS));
      holder.setAutoCommit(false);
      TestDatabase.rows(holder, "SELECT count(*) FROM " + table.quoted());
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> run.publish(chunks));
      awaitQuery("LOCK TABLE %ACCESS EXCLUSIVE%");
      TestDatabase.rows(holder, "SELECT pg_sleep(3)");
      holder.rollback();
      publish.get(60, TimeUnit.SECONDS);
      return PollingReaders.longestWait(innocents.stop());
    }
  }

  @Test
  @Measure(
      value = "REVOKE on the staging table",
      disabledBy = "a look that finds no grants",
      attack = "a reader with default privileges on the schema")
  void withoutRevokeReadersSeeStagedRows() {
    database.executeAs(
        TestingPostgres.SINK,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA results GRANT SELECT ON TABLES TO reader");
    assertThat(readerSeesStagedRows(), is(false));
    takeOut("WHERE g.grantee <> c.relowner) AS grantees", "WHERE false) AS grantees");
    assertThat(readerSeesStagedRows(), is(true));
  }

  private boolean readerSeesStagedRows() {
    try (Steps run = new Steps(table().target(WriteMode.APPEND));
        Connection reader = database.connect(TestingPostgres.READER)) {
      List<StagedChunk> chunks = run.stage(rows(0, ROWS));
      boolean seen = true;
      try {
        TestDatabase.rows(reader, "SELECT * FROM " + database.stagingTables().get(0));
      } catch (SQLException e) {
        seen = false;
      }
      run.tidy(run.publish(chunks));
      return seen;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private TestTable table() {
    return TestTable.create(database, "Measured", "id bigint, name text, score float8");
  }

  private static List<Row> rows(long from, long to) {
    return LongStream.range(from, to).mapToObj(SampleRows::row).toList();
  }
}
