package io.resultsink.postgres.mode;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign keys at both ends of a table whose definition is kept. */
@Tag("attack")
class KeepForeignKeysIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  /** Of other tables, and of the table to itself; actions are not carried out. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void incomingOnesAreCheckedAndKept(String staging) {
    TestTable table = table();
    TestTable child = new TestTable(database, "child's \"%s\"");
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + table.quoted() + " SELECT i, 'old', 0 FROM generate_series(0, 9) AS i",
        "ALTER TABLE "
            + table.quoted()
            + " ADD CONSTRAINT itself FOREIGN KEY (id) REFERENCES "
            + table.quoted()
            + " ON UPDATE CASCADE DEFERRABLE",
        "COMMENT ON CONSTRAINT itself ON " + table.quoted() + " IS 'to itself'",
        "CREATE TABLE "
            + child.quoted()
            + " (\"the parent\" bigint CONSTRAINT \"to %s\" REFERENCES "
            + table.quoted()
            + " ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,"
            + " other bigint CONSTRAINT other REFERENCES "
            + table.quoted()
            + ")",
        "COMMENT ON CONSTRAINT \"to %s\" ON " + child.quoted() + " IS 'to the parent'",
        "INSERT INTO " + child.quoted() + " SELECT i, i FROM generate_series(0, 9) AS i");
    List<String> before = Definition.of(table);
    List<String> ofChild = Definition.of(child);
    String oid = table.oid();
    for (int round = 1; round <= 2; round++) {
      publish(table, 20, staging);
      assertThat(Definition.of(table), equalTo(before));
      assertThat(Definition.of(child), equalTo(ofChild));
      assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(20)), is(empty()));
      assertThat("rows that reference it", child.count(), equalTo(10L));
    }
    assertThat("a new table", table.oid(), not(equalTo(oid)));

    List<String> all = Fingerprint.withoutStaging(database);
    Throwable failure = failure(table, 5, staging);
    assertThat(
        failure.getMessage(),
        containsString(
            "the result violates foreign key \"to %s\" of table results.\"child's \"\"%s\"\"\""
                + " (SQLSTATE 23503)"));
    assertThat(failure.getMessage(), containsString("is untouched"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(all));

    database.execute("DELETE FROM " + child.quoted() + " WHERE other = 7");
    database.execute(
        "ALTER TABLE " + child.quoted() + " DROP CONSTRAINT other",
        "DELETE FROM " + table.quoted() + " WHERE id = 5");
    assertThat("its triggers act", child.count(), equalTo(8L));
  }

  @Test
  void rowsThatViolateTheOneToTheTableItselfAreNamed() {
    TestTable table = table();
    database.executeAs(
        TestingPostgres.SINK,
        "ALTER TABLE "
            + table.quoted()
            + " ADD boss bigint DEFAULT 3 CONSTRAINT has_boss REFERENCES "
            + table.quoted()
            + " DEFERRABLE INITIALLY DEFERRED");
    List<String> before = Definition.of(table);
    publish(table, 20, "logged");
    assertThat(Definition.of(table), equalTo(before));
    List<String> all = Fingerprint.withoutStaging(database);
    assertThat(
        failure(table, 3, "logged").getMessage(),
        containsString("the result violates constraint has_boss (SQLSTATE 23503)"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(all));
  }

  /** Before readers wait, since that takes a while. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void thoseOfManyRowsAreCheckedAndKept(String staging) {
    TestTable table = table();
    database.execute(
        "CREATE TABLE results.parent AS SELECT generate_series(0, 29999)::bigint AS id",
        "ALTER TABLE results.parent ADD PRIMARY KEY (id)",
        "GRANT REFERENCES ON results.parent TO " + TestingPostgres.SINK);
    database.executeAs(
        TestingPostgres.SINK,
        "ALTER TABLE "
            + table.quoted()
            + " ADD CONSTRAINT to_parent FOREIGN KEY (id) REFERENCES results.parent",
        "CREATE TABLE results.child (parent bigint CONSTRAINT to_it REFERENCES "
            + table.quoted()
            + ")");
    List<String> before = Definition.of(table);
    List<String> ofChild = Definition.of(new TestTable(database, "child"));
    publish(table, 30_000, staging);
    assertThat(Definition.of(table), equalTo(before));
    assertThat(Definition.of(new TestTable(database, "child")), equalTo(ofChild));
    assertThat(
        failure(table, 30_001, staging).getMessage(),
        containsString("the result violates constraint to_parent (SQLSTATE 23503)"));
    assertThat(table.count(), equalTo(30_000L));
  }

  /** The rows of a result are checked all the same, as inserted ones are. */
  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void oneThatIsNotValidStaysSo(String staging) {
    TestTable table = table();
    database.executeAs(
        TestingPostgres.SINK,
        "INSERT INTO " + table.quoted() + " VALUES (-1, 'an orphan', 0)",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent SELECT generate_series(0, 19)",
        "ALTER TABLE "
            + table.quoted()
            + " ADD CONSTRAINT loose FOREIGN KEY (id) REFERENCES results.parent NOT VALID");
    List<String> before = Definition.of(table);
    publish(table, 20, staging);
    assertThat(Definition.of(table), equalTo(before));
    List<String> all = Fingerprint.withoutStaging(database);
    assertThat(
        failure(table, 21, staging).getMessage(),
        containsString("the result violates constraint loose (SQLSTATE 23503)"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(all));
  }

  /** Each holds its own table's definition, and wants a lock on the other's. */
  @Test
  void publishersOfTablesThatReferenceEachOtherDoNotGiveUp() throws Exception {
    TestTable one = table();
    TestTable other =
        TestTable.create(
            database,
            "Other",
            "id bigint PRIMARY KEY, name text,"
                + " score float8, one bigint REFERENCES "
                + one.quoted());
    database.executeAs(
        TestingPostgres.SINK,
        "ALTER TABLE " + one.quoted() + " ADD other bigint REFERENCES " + other.quoted());
    List<CompletableFuture<Void>> publishers = new ArrayList<>();
    for (TestTable table : List.of(one, other)) {
      publishers.add(
          runAsync(
              () -> {
                for (int i = 0; i < Torture.rounds(6, 40); i++) {
                  publish(table, 300, i % 2 == 0 ? "logged" : "unlogged");
                }
              }));
    }
    for (CompletableFuture<Void> publisher : publishers) {
      publisher.get(5, TimeUnit.MINUTES);
    }
    assertThat(one.difference(SampleRows.COLUMNS, SampleRows.sql(300)), is(empty()));
    assertThat(other.difference(SampleRows.COLUMNS, SampleRows.sql(300)), is(empty()));
  }

  private TestTable table() {
    return TestTable.create(
        database, "Referenced \"%s\"", "id bigint PRIMARY KEY, name text, score float8");
  }

  private static void publish(TestTable table, long rows, String staging) {
    try (Steps run = new Steps(target(table, staging))) {
      run.tidy(run.publish(run.stage(0, rows)));
    }
  }

  private static Throwable failure(TestTable table, long rows, String staging) {
    return assertThrows(ResultSinkException.class, () -> publish(table, rows, staging));
  }

  private static PostgresTarget target(TestTable table, String staging) {
    return PostgresTarget.parse(
        table.url("mode=replace&keep=all&lock_wait=20s&staging=" + staging));
  }
}
