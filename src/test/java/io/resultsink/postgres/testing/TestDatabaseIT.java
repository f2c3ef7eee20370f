package io.resultsink.postgres.testing;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The fixtures see what they are there to see. */
class TestDatabaseIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void aSessionOfTheSinkShows() throws SQLException {
    try (Connection leaked = DriverManager.getConnection(jdbcUrl(TestingPostgres.PASSWORD))) {
      assertThat(leaked.isValid(1), is(true));
      assertThat(database.sessions(), hasSize(1));
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    SQLException refused =
        assertThrows(SQLException.class, () -> DriverManager.getConnection(jdbcUrl("wrong")));
    assertThat(refused.getSQLState(), equalTo("28P01"));
  }

  @Test
  void aStagingTableShowsAndTheLedgerIsNone() {
    database.execute(
        "CREATE TABLE results.result_sink_ledger ()", "CREATE TABLE results.result_sink_1 ()");
    assertThat(database.stagingTables(), contains("results.result_sink_1"));
  }

  @Test
  void aDifferenceIsFoundInBothDirectionsAndInDuplicates() {
    TestTable table = TestTable.create(database, "Rows", "id int");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (1), (1), (2)");
    assertThat(
        table.difference("id", "VALUES (1), (3)"),
        contains(List.of("missing", "3"), List.of("unexpected", "1"), List.of("unexpected", "2")));
    assertThat(table.difference("id", "VALUES (2), (1), (1)"), is(empty()));
  }

  @Test
  void aFingerprintChangesWithRowsDefinitionsAndGrants() {
    TestTable table = TestTable.create(database, "Rows", "id int");
    List<String> before = Fingerprint.of(database);
    assertThat(Fingerprint.of(database), equalTo(before));
    for (String change :
        List.of(
            "INSERT INTO " + table.quoted() + " VALUES (1)",
            "GRANT SELECT ON " + table.quoted() + " TO reader",
            "COMMENT ON TABLE " + table.quoted() + " IS 'x'",
            "CREATE INDEX ON " + table.quoted() + " (id)",
            "CREATE TABLE results.other ()")) {
      List<String> then = Fingerprint.of(database);
      database.execute(change);
      assertThat(change, Fingerprint.of(database), not(equalTo(then)));
    }
  }

  @Test
  void theCatalogOfATableIsReadInAllItsParts() {
    TestTable table = TestTable.create(database, "Rows", "id int PRIMARY KEY, name text");
    database.execute(
        "COMMENT ON COLUMN " + table.quoted() + ".name IS 'a name'",
        "GRANT SELECT (name) ON " + table.quoted() + " TO reader",
        "CREATE POLICY visible ON " + table.quoted() + " TO reader USING (id > 0)",
        "CREATE VIEW results.seen AS SELECT id FROM " + table.quoted());
    TableCatalog catalog = TableCatalog.of(table);
    assertThat(catalog.columns(), hasSize(2));
    assertThat(catalog.columnComments(), contains(List.of("name", "a name")));
    assertThat(catalog.columnGrants(), contains(List.of("name", "sink", "reader", "SELECT", "f")));
    assertThat(catalog.policies(), hasSize(1));
    assertThat(catalog.views(), contains("results.seen"));
    assertThat(catalog.constraints(), contains("PRIMARY KEY (id)"));
    assertThat(catalog, equalTo(TableCatalog.of(table)));
  }

  @Test
  void aFailureIsFoundUnderWhatRunnersWrapAroundIt() {
    InvalidTargetException failure = new InvalidTargetException("wrong");
    assertThat(
        Failures.rootSinkFailure(new RuntimeException(new IllegalStateException(failure))),
        sameInstance(failure));
    assertThat(
        Failures.rootSinkFailure(new RuntimeException(new SerializedThrowable(failure)))
            .getMessage(),
        containsString("wrong"));
    assertThrows(
        AssertionError.class, () -> Failures.rootSinkFailure(new IllegalStateException("other")));
  }

  @Test
  void everyRunnerRunsManyRows() {
    for (Runners runner : Runners.values()) {
      Captured<Long> counted = new Captured<>(Long.class);
      Pipeline pipeline = runner.pipeline();
      pipeline.apply(SampleRows.many(1234)).apply(Count.globally()).apply(ParDo.of(counted.fn()));
      Runners.run(pipeline);
      assertThat(runner.name(), counted.elements(), contains(1234L));
    }
  }

  private String jdbcUrl(String password) {
    return "jdbc:postgresql://%s:%d/%s?user=sink&ApplicationName=result_sink&password=%s"
        .formatted(
            database.server().host(),
            database.server().port(),
            database.name(),
            password.replace("@", "%40").replace("/", "%2F").replace(" ", "%20"));
  }
}
