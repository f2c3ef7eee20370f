package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition whose definition is kept, and its place in the partitioned table. */
@Tag("attack")
class KeepPartitionIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @ValueSource(strings = {"logged", "unlogged"})
  void aPartitionKeepsItsPlace(String staging) {
    TestTable parent = new TestTable(database, "whole \"%s\"");
    TestTable table = TestTable.missing(database, "Part \"%s\"");
    String whole = parent.quoted();
    String part = table.quoted();
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE results.names (name text PRIMARY KEY)",
        "INSERT INTO results.names SELECT DISTINCT name FROM ("
            + SampleRows.sql(1_000)
            + ") AS s WHERE name IS NOT NULL",
        "CREATE TABLE "
            + whole
            + " (name text CONSTRAINT named REFERENCES results.names, id bigint, score float8"
            + " CHECK (score > -1e9), CONSTRAINT \"key %s\" PRIMARY KEY (id)) PARTITION BY RANGE (id)",
        "CREATE FUNCTION results.acts() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN coalesce(NEW, OLD); END'",
        "CREATE TRIGGER changes BEFORE UPDATE ON "
            + whole
            + " FOR EACH ROW EXECUTE FUNCTION results.acts()",
        "CREATE INDEX by_name ON " + whole + " (name)",
        "CREATE TABLE results.low PARTITION OF " + whole + " FOR VALUES FROM (MINVALUE) TO (0)",
        "CREATE TABLE " + part + " (id bigint, name text, score float8)",
        "CREATE INDEX its_own ON " + part + " (score DESC)",
        "ALTER TABLE "
            + part
            + " ALTER id SET NOT NULL, ADD CHECK (score < 1e9), ADD CONSTRAINT \"whole \"\"%s\"\"_score_check\""
            + " CHECK (score > -1e9)",
        "ALTER TABLE " + whole + " ATTACH PARTITION " + part + " FOR VALUES FROM (0) TO (1000)",
        "CREATE TABLE results.rest PARTITION OF " + whole + " DEFAULT",
        "INSERT INTO " + whole + " VALUES (NULL, -1, 0), (NULL, 5, 0), (NULL, 5000, 0)",
        "CREATE VIEW results.all_of_it AS SELECT * FROM " + whole,
        "CREATE VIEW results.of_it AS SELECT * FROM " + part,
        "CREATE TRIGGER own BEFORE UPDATE ON "
            + part
            + " FOR EACH ROW EXECUTE FUNCTION results.acts()",
        "COMMENT ON TABLE " + part + " IS 'a part'",
        "GRANT SELECT ON " + part + " TO reader");
    List<String> before = Definition.of(table);
    List<String> ofParent = Definition.of(parent);
    String oid = table.oid();
    for (int round = 1; round <= 2; round++) {
      publish(table, 0, 1_000, staging);
      assertThat(Definition.of(table), equalTo(before));
      assertThat(Definition.of(parent), equalTo(ofParent));
      assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(1_000)), is(empty()));
      assertThat(
          "rows of all of it",
          database.value("SELECT count(*) FROM results.all_of_it"),
          equalTo("1002"));
      assertThat(database.value("SELECT count(*) FROM results.of_it"), equalTo("1000"));
    }
    assertThat("a new table", table.oid(), not(equalTo(oid)));

    List<String> all = Fingerprint.withoutStaging(database);
    ResultSinkException failure =
        assertThrows(ResultSinkException.class, () -> publish(table, 1, 1_001, staging));
    assertThat(
        failure.getMessage(),
        containsString(
            "violates partition bound FOR VALUES FROM ('0') TO ('1000') (SQLSTATE 23514)"));
    assertThat(Fingerprint.withoutStaging(database), equalTo(all));
  }

  /** The kinds of bounds, and a partition of a partition. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LIST ((id % 2))  | FOR VALUES IN (0, 1)",
        "LIST (name)      | DEFAULT",
        "HASH (id)        | FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        "RANGE (id, score)| FOR VALUES FROM (0, MINVALUE) TO (10000, MAXVALUE)",
      })
  void everyKindOfBoundIsKept(String by, String bound) {
    TestTable parent = new TestTable(database, "whole");
    TestTable table = TestTable.missing(database, "Part");
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE results.root (id bigint, name text, score float8) PARTITION BY RANGE (score)",
        "CREATE TABLE results.whole PARTITION OF results.root DEFAULT PARTITION BY " + by,
        "CREATE TABLE results.beside PARTITION OF results.root FOR VALUES FROM (1e8) TO (1e9)",
        "CREATE TABLE " + table.quoted() + " PARTITION OF results.whole " + bound);
    List<String> before = Definition.of(table);
    List<String> ofParent = Definition.of(parent);
    for (String staging : List.of("logged", "unlogged")) {
      publish(table, 0, 50, staging);
      assertThat(Definition.of(table), equalTo(before));
      assertThat(Definition.of(parent), equalTo(ofParent));
      assertThat(database.value("SELECT count(*) FROM results.root"), equalTo("50"));
    }
  }

  @Test
  void readersOfTheWholeTableSeeOldOrNewAndHardlyWait() {
    TestTable table = TestTable.missing(database, "Part");
    database.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE results.whole (id bigint PRIMARY KEY, name text, score float8) PARTITION BY"
            + " RANGE (id)",
        "CREATE TABLE "
            + table.quoted()
            + " PARTITION OF results.whole FOR VALUES FROM (0) TO (500)",
        "CREATE TABLE results.rest PARTITION OF results.whole DEFAULT",
        "INSERT INTO results.whole SELECT i, 'old', 0 FROM generate_series(0, 999) AS i");
    List<PollingReaders.Reading> readings;
    int publishes = Torture.rounds(4, 40);
    try (PollingReaders readers =
        new PollingReaders(
            database,
            "SELECT count(*), count(DISTINCT score) FILTER (WHERE id < 500) FROM results.whole")) {
      for (int generation = 1; generation <= publishes; generation++) {
        int score = generation;
        String staging = generation % 2 == 0 ? "logged" : "unlogged";
        try (Steps run = new Steps(target(table, staging))) {
          run.tidy(
              run.publish(
                  run.stage(
                      LongStream.range(0, 500)
                          .mapToObj(id -> SampleRows.row(id, score))
                          .toList())));
        }
        readers.awaitCount(Torture.rounds(40, 4_000) * generation / publishes);
      }
      readings = readers.stop();
    }
    Torture.tried(readings.size());
    assertThat(
        readings.stream().map(PollingReaders.Reading::rows).distinct().toList(),
        equalTo(List.of(List.of(List.of("1000", "1")))));
    Torture.longestWait(PollingReaders.longestWait(readings));
    assertThat(PollingReaders.longestWait(readings), lessThan(Duration.ofSeconds(4)));
  }

  private static PostgresTarget target(TestTable table, String staging) {
    return PostgresTarget.parse(table.url("mode=replace&keep=all&staging=" + staging));
  }

  private static void publish(TestTable table, long from, long to, String staging) {
    try (Steps run = new Steps(target(table, staging))) {
      run.tidy(run.publish(run.stage(from, to)));
    }
  }
}
