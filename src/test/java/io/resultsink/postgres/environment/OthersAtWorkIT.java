package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A dump, a vacuum, another run that hangs, a snapshot handed on: what else goes on at a table. */
@Tag("attack")
class OthersAtWorkIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** Begins as pg_dump does: a snapshot, and a weak lock on every table. */
  private Connection dump() throws SQLException {
    Connection dump = database.superuser();
    dump.setAutoCommit(false);
    Statement statement = dump.createStatement();
    statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    for (String table :
        TestDatabase.rows(
                dump,
                "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class"
                    + " WHERE relkind = 'r' AND relnamespace = 'results'::regnamespace")
            .get(0)) {
      statement.execute("LOCK TABLE " + table + " IN ACCESS SHARE MODE");
    }
    return dump;
  }

  private static long dumped(Connection dump, TestTable table) throws Exception {
    return dump.unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("COPY " + table.quoted() + " TO STDOUT", OutputStream.nullOutputStream());
  }

  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE", mode = EnumSource.Mode.EXCLUDE)
  void aDumpDelaysNobodyAndHasTheOldRows(WriteMode mode) throws Exception {
    Ranking ranking = Ranking.create(database, mode);
    long old = ranking.table().count();
    try (Connection dump = dump()) {
      ranking.publish("lock_wait=10s");
      assertThat(dumped(dump, ranking.table()), equalTo(old));
    }
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(value = WriteMode.class, names = "REPLACE")
  void aReplaceGivesUpOnADumpByNameOrSucceedsAfterIt(WriteMode mode) throws Exception {
    Ranking ranking = Ranking.create(database, mode);
    long old = ranking.table().count();
    CompletableFuture<Void> published;
    try (Connection dump = dump()) {
      ResultSinkException failure = ranking.fail("lock_wait=1s");
      assertThat(failure.getMessage(), containsString("held by pid"));
      database.dropStaging(database.stagingTables().get(0));
      published = CompletableFuture.runAsync(() -> ranking.publish("lock_wait=2min"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> database.sessions().toString().contains("LOCK TABLE"));
      assertThat(dumped(dump, ranking.table()), equalTo(old));
    }
    published.get(120, TimeUnit.SECONDS);
  }

  /** The result stands; what the dump still reads goes later. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aDumpThatHoldsTheStagingTableDelaysItsRemovalOnly(WriteMode mode) throws Exception {
    TestTable table = TestTable.missing(database, "Dumped");
    Connection[] dump = new Connection[1];
    Faults faults = Faults.at(FaultPoint.PUBLISHING, () -> dump[0] = dump());
    try (faults) {
      Runners.DIRECT.publish(SampleRows.many(100), table.sink(mode));
    }
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(100)), is(empty()));
    assertThat(database.stagingTables(), hasSize(1));
    dump[0].close();
    database.execute("DROP TABLE " + table.quoted());
    Runners.DIRECT.publish(SampleRows.many(100), table.sink(mode, "staging_ttl=1ms"));
    database.assertNothingStaged();
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aVacuumIsWaitedForAtMost(WriteMode mode) throws Exception {
    Ranking ranking = Ranking.create(database, mode);
    database.execute(
        "INSERT INTO %1$s SELECT i, repeat('x', 500), 0 FROM generate_series(-20000, -101) i"
            .formatted(ranking.table().quoted()),
        "DELETE FROM " + ranking.table().quoted() + " WHERE id < -100");
    CompletableFuture<Void> vacuum =
        CompletableFuture.runAsync(
            () ->
                database.execute(
                    "SET vacuum_cost_delay = '100ms'",
                    "SET vacuum_cost_limit = 100",
                    "VACUUM (TRUNCATE false, PARALLEL 0) " + ranking.table().quoted()));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !database.rows("SELECT 1 FROM pg_stat_progress_vacuum").isEmpty());
    ranking.publish("lock_wait=2min");
    vacuum.get(60, TimeUnit.SECONDS);
    ranking.assertPublished();
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void anotherRunsStalledCopyIsItsOwnAffair(WriteMode mode) throws SQLException {
    Ranking ranking = Ranking.create(database, mode);
    ranking.fail("min_rows=5000");
    String theirs = database.stagingTables().get(0);
    try (Connection other = database.connect(TestingPostgres.SINK)) {
      other.setAutoCommit(false);
      CopyIn copy =
          other.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + theirs + " FROM STDIN");
      copy.writeToCopy(new byte[] {'1', '\t'}, 0, 2);
      Runners.DIRECT.publish(
          SampleRows.many(Ranking.ROWS),
          ranking.table().sink(mode, "staging_ttl=1ms&lock_wait=5s"));
      assertThat("in use, and left", database.stagingTables().get(0), equalTo(theirs));
      copy.cancelCopy();
    }
    database.dropStaging(theirs);
    ranking.assertPublished();
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aSnapshotHandedOnReadsOldOrNewComplete(WriteMode mode) throws SQLException {
    Ranking ranking = Ranking.create(database, mode);
    String rows = "SELECT count(*) FROM " + ranking.table().quoted();
    String old = database.value(rows);
    try (Connection exporter = database.superuser();
        Connection importer = database.superuser()) {
      exporter.setAutoCommit(false);
      exporter.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      String snapshot = TestDatabase.rows(exporter, "SELECT pg_export_snapshot()").get(0).get(0);
      ranking.publish("lock_wait=5s");
      importer.setAutoCommit(false);
      importer.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      importer.createStatement().execute("SET TRANSACTION SNAPSHOT '" + snapshot + "'");
      String read = TestDatabase.rows(importer, rows).get(0).get(0);
      assertThat(read, equalTo(mode == WriteMode.REPLACE ? database.value(rows) : old));
    }
  }

  /** Sessions at SERIALIZABLE that read the table and write elsewhere meet no conflict of ours. */
  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void noSerializationFailureReachesAReader(WriteMode mode) throws SQLException {
    Ranking ranking = Ranking.create(database, mode);
    database.execute("CREATE TABLE results.notes (rows bigint)");
    String note = "INSERT INTO results.notes SELECT count(*) FROM " + ranking.table().quoted();
    try (Connection one = database.superuser();
        Connection two = database.superuser()) {
      for (Connection reader : new Connection[] {one, two}) {
        reader.setAutoCommit(false);
        reader.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        TestDatabase.rows(reader, "SELECT count(*) FROM pg_namespace");
      }
      if (mode != WriteMode.REPLACE) {
        one.createStatement().execute(note);
      }
      ranking.publish("lock_wait=5s");
      two.createStatement().execute(note);
      if (mode == WriteMode.REPLACE) {
        one.createStatement().execute(note.replace("count(*)", "max(id)"));
      }
      one.commit();
      two.commit();
    }
    assertThat(database.value("SELECT count(*) FROM results.notes"), equalTo("2"));
  }
}
