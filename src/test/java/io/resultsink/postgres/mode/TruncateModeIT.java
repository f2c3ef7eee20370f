package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code mode=truncate}: the old table, with exactly the result's rows. */
class TruncateModeIT extends BaseWriteModeIT {

  TruncateModeIT() {
    super(WriteMode.TRUNCATE);
  }

  @Override
  String after(String old, String result) {
    return result;
  }

  @Override
  void assertDefinition(TableCatalog before, TableCatalog after) {
    assertThat(after, equalTo(before));
  }

  @Override
  long lastOldId() {
    return 1000;
  }

  /** As CREATE INDEX CONCURRENTLY, ANALYZE and another VACUUM hold it. */
  @Test
  void aVacuumWaitsBrieflyForWhoeverIsAtTheTable() throws SQLException {
    TestTable table = existing();
    try (Steps run = new Steps(table.target(WriteMode.TRUNCATE));
        Connection holder = database.superuser();
        Statement statement = holder.createStatement()) {
      ResultSummary summary = run.publish(run.stage(0, 10));
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE " + table.quoted() + " IN SHARE UPDATE EXCLUSIVE MODE");
      assertTimeoutPreemptively(Duration.ofSeconds(60), () -> run.tidy(summary));
      assertThat(vacuums(table), equalTo("0"));
      holder.rollback();
      run.tidy(summary);
      // PostgreSQL 14 collects its statistics a moment later.
      await().untilAsserted(() -> assertThat(vacuums(table), equalTo("1")));
    }
  }

  private String vacuums(TestTable table) {
    return database.value("SELECT pg_stat_get_vacuum_count('" + table.quoted() + "'::regclass)");
  }

  @Test
  void triggersFireAsForAnyDelete() {
    TestTable table = existing();
    database.execute(
        "CREATE TABLE results.gone (id bigint)",
        "GRANT INSERT ON results.gone TO sink",
        "CREATE FUNCTION results.remember() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO results.gone VALUES (OLD.id); RETURN NULL; END'",
        "CREATE TRIGGER remember AFTER DELETE ON "
            + table.quoted()
            + " FOR EACH ROW EXECUTE FUNCTION results.remember()");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.TRUNCATE));
    assertThat(database.value("SELECT count(*) FROM results.gone"), equalTo("2001"));
  }

  @Test
  void aTriggerThatKeepsRowsFailsTheRunAndNothingChanges() {
    TestTable table = existing();
    database.execute(
        "CREATE FUNCTION results.keep() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keep BEFORE DELETE ON "
            + table.quoted()
            + " FOR EACH ROW WHEN (OLD.id = 5) EXECUTE FUNCTION results.keep()");
    List<String> before = Fingerprint.withoutStaging(database);
    ResultSinkException failure =
        Runners.DIRECT.failure(SampleRows.many(4), table.sink(WriteMode.TRUNCATE));
    assertThat(failure, instanceOf(PublishFailedException.class));
    assertThat(failure.getMessage(), containsString(table.resolved()));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @Test
  void foreignKeysThatWaitForTheCommitAreNoHindrance() {
    TestTable table = existing();
    database.execute(
        "CREATE TABLE results.child (id bigint REFERENCES "
            + table.quoted()
            + " DEFERRABLE INITIALLY IMMEDIATE)",
        "INSERT INTO results.child VALUES (1), (5)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.TRUNCATE));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
    assertThat(database.value("SELECT count(*) FROM results.child"), equalTo("2"));
  }

  @Test
  void aChildLeftWithoutItsParentFailsTheRunAndNothingChanges() {
    TestTable table = existing();
    database.execute(
        "CREATE TABLE results.child (id bigint REFERENCES "
            + table.quoted()
            + " DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO results.child VALUES (1), (900)");
    List<String> before = Fingerprint.withoutStaging(database);
    ResultSinkException failure =
        Runners.DIRECT.failure(SampleRows.many(FEW), table.sink(WriteMode.TRUNCATE));
    assertThat(failure, instanceOf(PublishFailedException.class));
    assertThat(failure.sqlState(), equalTo("23503"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @Test
  void aPartitionedTableIsEmptiedAndFilled() {
    TestTable table = TestTable.missing(database, "Parts");
    database.executeAs(
        "sink",
        "CREATE TABLE "
            + table.quoted()
            + " (id bigint, name text, score float8) PARTITION BY RANGE (id)",
        "CREATE TABLE results.low PARTITION OF "
            + table.quoted()
            + " FOR VALUES FROM (MINVALUE) TO (10)",
        "CREATE TABLE results.high PARTITION OF " + table.quoted() + " DEFAULT",
        "INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0), (100, 'old', 0)");
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.TRUNCATE));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void columnsThatTheResultLacksTakeTheirDefault() {
    TestTable table = existing();
    Runners.DIRECT.publish(SampleRows.many(FEW), table.sink(WriteMode.TRUNCATE));
    assertThat(
        database.column("SELECT DISTINCT note FROM " + table.quoted()), equalTo(List.of("unset")));
  }
}
