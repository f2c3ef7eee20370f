package io.resultsink.postgres.mode;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Decorations;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** {@code mode=truncate&reset=truncate}: the old table, emptied by TRUNCATE and filled frozen. */
class TruncateResetIT extends BaseWriteModeIT {

  TruncateResetIT() {
    super(WriteMode.TRUNCATE, "reset=truncate");
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

  /** A trigger on INSERT is refused, and TRUNCATE is a privilege of its own. */
  @Override
  void hangOn(TestTable table) {
    Decorations.hangOn(table);
    database.execute(
        "DROP TRIGGER touch ON " + table.quoted(),
        "GRANT TRUNCATE ON " + table.quoted() + " TO team");
  }

  @Test
  void theTableObjectStaysAndNothingIsLeftToVacuum() {
    TestTable table = existing();
    String oid = table.oid();
    database.execute(
        "CREATE MATERIALIZED VIEW results.held AS SELECT id FROM " + table.quoted(),
        "CREATE FUNCTION results.counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*)"
            + " FROM "
            + table.quoted()
            + "; END");
    for (int publish = 1; publish <= 3; publish++) {
      publish(table, FEW);
      assertThat(
          "pages",
          database.value("SELECT pg_relation_size(?::regclass)", table.quoted()),
          equalTo("8192"));
    }
    assertThat(table.oid(), equalTo(oid));
    assertThat(database.value("SELECT results.counted()"), equalTo(Long.toString(FEW)));
    assertThat(
        database.column("SELECT DISTINCT note FROM " + table.quoted()), equalTo(List.of("unset")));
  }

  @Test
  void sequencesGoOnAndReferencesToItselfAreChecked() {
    TestTable table =
        TestTable.create(
            database,
            "Tree",
            "number bigint GENERATED ALWAYS AS IDENTITY, id bigint PRIMARY KEY, name text, score"
                + " float8, parent bigint DEFAULT 0");
    database.executeAs(
        "sink",
        "ALTER TABLE "
            + table.quoted()
            + " ADD FOREIGN KEY (parent) REFERENCES "
            + table.quoted()
            + " (id) DEFERRABLE INITIALLY DEFERRED");
    publish(table, FEW);
    publish(table, FEW);
    assertThat(
        database.value("SELECT min(number) || ' ' || max(number) FROM " + table.quoted()),
        equalTo("21 40"));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  @Test
  void aTriggerThatPutsRowsBackFailsTheRunAndNothingChanges() {
    TestTable table = existing();
    database.execute(
        "CREATE FUNCTION results.again() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO "
            + table.quoted()
            + " (id) VALUES (-5); RETURN NULL; END$$",
        "CREATE TRIGGER again AFTER TRUNCATE ON "
            + table.quoted()
            + " EXECUTE FUNCTION results.again()");
    List<String> before = Fingerprint.withoutStaging(database);
    PublishFailedException failure =
        Assertions.assertThrows(PublishFailedException.class, () -> publish(table, FEW));
    assertThat(failure.getMessage(), containsString("remain after TRUNCATE"));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  @Test
  void aViolationLeavesTheRows() {
    TestTable table = existing();
    database.execute("ALTER TABLE " + table.quoted() + " ADD CHECK (score < 9 OR note = 'old')");
    List<String> before = Fingerprint.withoutStaging(database);
    PublishFailedException failure =
        Assertions.assertThrows(PublishFailedException.class, () -> publish(table, FEW));
    assertThat(failure.sqlState(), equalTo("23514"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }

  /** A foreign key that is put off would wait at the commit, and readers with it. */
  @Test
  void readersGoOnWhileAReferencedRowIsHeld() throws Exception {
    TestTable table = existing();
    database.executeAs(
        "sink",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent SELECT generate_series(-1000, 1000)",
        "ALTER TABLE "
            + table.quoted()
            + " ADD FOREIGN KEY (id) REFERENCES results.parent DEFERRABLE INITIALLY DEFERRED");
    List<Reading> read;
    try (Connection holder = database.superuser();
        PollingReaders readers =
            new PollingReaders(database, "SELECT count(*) FROM " + table.quoted())) {
      holder.setAutoCommit(false);
      TestDatabase.rows(holder, "SELECT FROM results.parent WHERE id = 7 FOR UPDATE");
      CompletableFuture<ResultSummary> publish = supplyAsync(() -> publish(table, FEW));
      await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(5))
          .until(
              () ->
                  publish.isDone()
                      || !database
                          .rows(
                              "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                                  + " WHERE d.datname = ? AND locktype = 'tuple'",
                              database.name())
                          .isEmpty());
      TestDatabase.rows(holder, "SELECT pg_sleep(3)");
      assertThat("still waiting", publish.isDone(), is(false));
      holder.commit();
      publish.get(60, TimeUnit.SECONDS);
      read = readers.stop();
    }
    assertThat(
        "longest wait of a reader",
        PollingReaders.longestWait(read),
        lessThan(Duration.ofMillis(1_500)));
    assertThat(table.difference(COLUMNS, SampleRows.sql(FEW)), is(empty()));
  }

  private static ResultSummary publish(TestTable table, long rows) {
    String url = table.url("mode=truncate&reset=truncate");
    try (Steps run = new Steps(PostgresTarget.parse(url))) {
      return run.run(rows);
    }
  }
}
