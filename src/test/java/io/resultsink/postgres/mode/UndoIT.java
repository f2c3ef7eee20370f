package io.resultsink.postgres.mode;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code undo=N}: replaced versions are kept, and swapped back without copying a row. */
@Tag("attack")
class UndoIT {

  private static final String PLAIN = "mode=replace&undo=2";
  private static final String KEEPING = "mode=replace&keep=all&undo=2";

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @CsvSource({"plain, logged", "plain, unlogged", "more, logged"})
  void rowsComeBackAndTheDefinitionStays(String which, String staging) {
    TestTable table = which.equals("plain") ? Furnished.plain(database) : Furnished.more(database);
    String options = KEEPING + "&staging=" + staging;
    publish(table, options, 1);
    List<String> definition = Definition.of(table);
    String first = file(table);
    ResultSummary second = publish(table, options, 2);
    assertThat(Definition.of(table), equalTo(definition));
    assertThat(scores(table), contains("2"));

    ResultSummary undone = sink(table).undo();
    assertThat(scores(table), contains("1"));
    assertThat(Definition.of(table), equalTo(definition));
    assertThat("no row was copied", file(table), equalTo(first));
    assertThat(undone.mode(), equalTo("undo"));
    assertThat(undone.rows(), equalTo(20L));

    sink(table).undo();
    assertThat("an undo is undone", scores(table), contains("2"));
    assertThat(Definition.of(table), equalTo(definition));
    assertThat(
        sink(table).versions().stream().map(TableVersion::runId).toList(),
        not(contains(second.runId())));
    database.execute("INSERT INTO " + table.quoted() + " (id, name, score) VALUES (77, 'x', 0)");
    assertThat(table.count(), equalTo(21L));
  }

  @Test
  void versionsAreListedWithTheirRunsAndTheOldestGo() {
    TestTable table = table();
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'by hand', 0)");
    ResultSummary first = publish(table, PLAIN, 1);
    List<TableVersion> versions = sink(table).versions();
    assertThat(versions, hasSize(1));
    assertThat("by hand", versions.get(0).runId() == null, is(true));
    ResultSummary second = publish(table, PLAIN, 2);
    publish(table, PLAIN, 3);
    versions = sink(table).versions();
    assertThat(
        versions.stream().map(TableVersion::runId).toList(),
        contains(second.runId(), first.runId()));
    TableVersion newest = versions.get(0);
    assertThat(newest.mode(), equalTo("replace"));
    assertThat(newest.rows(), equalTo(20L));
    assertThat(newest.bytes() > 8000, is(true));
    assertThat(
        Objects.requireNonNull(newest.publishedAt()).isBefore(newest.replacedAt()), is(true));

    PostgresResultSink.to(table.url(PLAIN)).undo(first.runId());
    assertThat(scores(table), contains("1"));
    PostgresResultSink.to(table.url(PLAIN)).undo();
    assertThat("what was replaced last", scores(table), contains("3"));
    assertThat(
        sink(table).versions().stream().map(TableVersion::runId).toList(),
        contains(first.runId(), second.runId()));
  }

  @Test
  void aRunWithoutUndoDropsWhatItReplacesAndLeavesVersions() {
    TestTable table = table();
    publish(table, PLAIN, 1);
    publish(table, "mode=replace", 2);
    assertThat(sink(table).versions(), hasSize(1));
    publish(table, "mode=replace&undo=1h", 3);
    assertThat(sink(table).versions(), hasSize(2));
    publish(table, "mode=replace&undo=1ms", 4);
    assertThat(
        "all but the one that was replaced this moment",
        sink(table).versions().size(),
        lessThanOrEqualTo(1));
  }

  @Test
  void whatHangsOnTheTableNowHangsOnItAfterwards() {
    TestTable table = table();
    String name = table.quoted();
    publish(table, KEEPING, 1);
    database.executeAs(
        "sink",
        "CREATE INDEX dropped_since ON " + name + " (score)",
        "CREATE INDEX stays ON " + name + " (name, score)",
        "ALTER TABLE "
            + name
            + " ADD CONSTRAINT checked CHECK (score < 100), ALTER score SET NOT NULL",
        "COMMENT ON INDEX results.stays IS 'said before'");
    publish(table, KEEPING, 2);
    String built = database.value("SELECT 'results.stays'::regclass::oid");
    database.executeAs(
        "sink",
        "DROP INDEX results.dropped_since",
        "CREATE INDEX added_since ON " + name + " ((lower(name)))",
        "ALTER TABLE "
            + name
            + " DROP CONSTRAINT checked, ADD CONSTRAINT since CHECK (id >= 0),"
            + " ALTER score DROP NOT NULL,"
            + " ALTER score SET DEFAULT 5, ADD UNIQUE (id, score)",
        "CREATE STATISTICS results.seen_since ON id, score FROM " + name,
        "CREATE VIEW results.view_since AS SELECT id FROM " + name,
        "COMMENT ON INDEX results.stays IS NULL");
    database.execute("GRANT SELECT ON " + name + " TO reader");
    List<String> now = Definition.of(table);
    sink(table).undo();
    assertThat(scores(table), contains("1"));
    assertThat(Definition.of(table), equalTo(now));
    assertThat(
        "an index that is the same is not built again",
        database.value("SELECT 'results.stays'::regclass::oid"),
        not(equalTo(built)));
    assertThat(database.value("SELECT count(*) FROM results.view_since"), equalTo("20"));
    sink(table).undo();
    assertThat(scores(table), contains("2"));
    assertThat(Definition.of(table), equalTo(now));
    assertThat(database.value("SELECT 'results.stays'::regclass::oid"), equalTo(built));
  }

  /** They are no columns, and a version that has other ones can come back. */
  @Test
  void settingsOfColumnsAreThoseOfTheTableNow() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    database.executeAs(
        "sink",
        "ALTER TABLE "
            + table.quoted()
            + " ALTER name SET STORAGE EXTERNAL, ALTER name SET COMPRESSION pglz,"
            + " ALTER name SET STATISTICS 300, ALTER score SET (n_distinct = 4,"
            + " n_distinct_inherited = 5)");
    List<String> set = Definition.of(table);
    publish(table, KEEPING, 2);
    database.executeAs(
        "sink",
        "ALTER TABLE "
            + table.quoted()
            + " ALTER name SET STORAGE EXTENDED, ALTER name SET COMPRESSION default,"
            + " ALTER name SET STATISTICS -1, ALTER score RESET (n_distinct)");
    List<String> now = Definition.of(table);
    assertThat(now, not(equalTo(set)));
    sink(table).undo();
    assertThat(scores(table), contains("1"));
    assertThat(Definition.of(table), equalTo(now));
    sink(table).undo();
    assertThat(scores(table), contains("2"));
    assertThat(Definition.of(table), equalTo(now));
  }

  @Test
  void rowsThatOthersWroteBelongToTheirVersion() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    database.execute(
        "UPDATE " + table.quoted() + " SET score = 1.5 WHERE id < 10",
        "DELETE FROM " + table.quoted() + " WHERE id = 3");
    publish(table, KEEPING, 2);
    sink(table).undo();
    assertThat(scores(table), contains("1", "1.5"));
    assertThat(table.count(), equalTo(19L));
  }

  @Test
  void columnsThatChangedSinceAreRefusedByName() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    publish(table, KEEPING, 2);
    database.execute(
        "ALTER TABLE " + table.quoted() + " ADD extra int, ALTER name TYPE varchar(50)");
    List<String> before = Fingerprint.of(database);
    ResultSinkException failure =
        assertThrows(IncompatibleTableException.class, () -> sink(table).undo());
    assertThat(failure.getMessage(), containsString("the table has column extra integer"));
    assertThat(failure.getMessage(), containsString("the version has column name text"));
    assertThat(failure.getMessage(), containsString("untouched"));
    assertThat(failure.getMessage(), containsString("result_sink_version_"));
    assertThat(Fingerprint.of(database), equalTo(before));
  }

  @Test
  void aTableThatIsGoneIsNotUndone() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    publish(table, KEEPING, 2);
    List<String> definition = Definition.of(table);
    database.executeAs("sink", "ALTER TABLE " + table.quoted() + " RENAME TO renamed");
    List<String> before = Fingerprint.of(database);
    ResultSinkException failure =
        assertThrows(IncompatibleTableException.class, () -> sink(table).undo());
    assertThat(failure.getMessage(), containsString("there is no table"));
    assertThat("versions stay", sink(table).versions(), hasSize(2));
    assertThat(Fingerprint.of(database), equalTo(before));
    database.executeAs("sink", "ALTER TABLE results.renamed RENAME TO \"" + table.name() + "\"");
    sink(table).undo();
    assertThat(scores(table), contains("1"));
    assertThat(Definition.of(table), equalTo(definition));
  }

  @Test
  void whatTheRowsViolateIsNamedAndTheTableIsUntouched() {
    TestTable table = table();
    database.executeAs("sink", "CREATE TABLE results.parent (id bigint PRIMARY KEY)");
    publish(table, KEEPING, 1);
    publish(table, KEEPING, 2);
    database.executeAs(
        "sink", "ALTER TABLE " + table.quoted() + " ADD CONSTRAINT two CHECK (score = 2)");
    List<String> before = Fingerprint.of(database);
    ResultSinkException failure =
        assertThrows(PublishFailedException.class, () -> sink(table).undo());
    assertThat(
        failure.getMessage(), containsString("the rows of the version violate constraint two"));
    assertThat(failure.sqlState(), equalTo("23514"));
    assertThat(Fingerprint.of(database), equalTo(before));
  }

  @Test
  void nothingToBringBackIsRefused() {
    TestTable table = table();
    ResultSinkException none =
        assertThrows(IncompatibleTableException.class, () -> sink(table).undo());
    assertThat(none.getMessage(), containsString("no version of " + table.resolved() + " is kept"));
    assertThat(database.ledgerRows(), equalTo(0L));
    publish(table, PLAIN, 1);
    ResultSummary second = publish(table, PLAIN, 2);
    publish(table, PLAIN, 3);
    ResultSinkException other =
        assertThrows(IncompatibleTableException.class, () -> sink(table).undo("another run"));
    assertThat(other.getMessage(), containsString("no version of run 'another run'"));
    assertThat(other.getMessage(), containsString(second.runId()));
    assertThat("nothing is claimed", database.ledgerRows(), equalTo(3L));
  }

  @Test
  void aRunThatWasUndoneStaysUndoneWhenItIsLaunchedAgain() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    String again = KEEPING + "&run_id=nightly";
    publish(table, again, 2);
    sink(table).undo();
    assertThat(publish(table, again, 2).alreadyPublished(), is(true));
    assertThat(scores(table), contains("1"));
    try (TargetInspector inspector = TargetInspector.of(PostgresTarget.parse(table.url(again)))) {
      assertThat("undone", inspector.undoneAt("nightly").isPresent(), is(true));
      sink(table).undo("nightly");
      assertThat("brought back", inspector.undoneAt("nightly").isPresent(), is(false));
    }
  }

  @Test
  void aRunIdUndoesOnce() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    publish(table, KEEPING, 2);
    PostgresResultSink sink = PostgresResultSink.to(table.url(KEEPING)).withRunId("back");
    assertThat(sink.undo().alreadyPublished(), is(false));
    assertThat(sink.undo().alreadyPublished(), is(true));
    assertThat(scores(table), contains("1"));
  }

  /** Private to its owner, and nothing that others would notice. */
  @Test
  void aVersionHoldsNothingButItsRows() {
    database.execute("CREATE SCHEMA workshop AUTHORIZATION sink");
    database.execute(
        "ALTER DEFAULT PRIVILEGES FOR ROLE sink GRANT SELECT ON TABLES TO reader",
        "CREATE TABLE results.parent (id bigint PRIMARY KEY)",
        "INSERT INTO results.parent SELECT generate_series(0, 99)",
        "ALTER TABLE results.parent OWNER TO sink");
    TestTable table = Furnished.more(database);
    database.execute(
        "ALTER TABLE " + table.quoted() + " ADD FOREIGN KEY (id) REFERENCES results.parent");
    String options = KEEPING + "&staging_schema=workshop";
    publish(table, options, 1);
    publish(table, options, 2);
    TableName version = PostgresResultSink.to(table.url(options)).versions().get(0).name();
    assertThat(version.schema(), equalTo("workshop"));
    String oid = database.value("SELECT ?::regclass::oid", version.quoted());
    assertThat(
        database.rows(
            "SELECT 1 FROM pg_trigger WHERE tgrelid = %1$s AND NOT tgisinternal UNION ALL SELECT 2 FROM pg_rewrite WHERE"
                    .formatted(oid)
                + " ev_class = %1$s UNION ALL SELECT 3 FROM pg_policy WHERE polrelid = %1$s UNION ALL"
                    .formatted(oid)
                + " SELECT 4 FROM pg_constraint WHERE conrelid = %1$s AND contype = 'f' UNION ALL"
                    .formatted(oid)
                + " SELECT 5 FROM pg_statistic_ext WHERE stxrelid = %1$s UNION ALL SELECT 6 FROM"
                    .formatted(oid)
                + " pg_class, aclexplode(relacl) AS g WHERE oid = %1$s AND g.grantee <> relowner"
                    .formatted(oid)
                + " UNION ALL SELECT 7 FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND"
                + " s.relkind = 'S' WHERE d.refobjid = %1$s UNION ALL SELECT 8 FROM pg_attribute"
                    .formatted(oid)
                + " WHERE attrelid = %1$s AND (attacl IS NOT NULL OR attidentity <> '')"
                    .formatted(oid)),
        is(empty()));
    database.execute("DELETE FROM results.parent WHERE id > 50");
    PostgresResultSink.to(table.url(options)).undo();
    assertThat(scores(table), contains("1"));
    assertThat(
        database.column(
            "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = ?", table.name()),
        contains("results"));
  }

  /** Whoever may create there can imitate a version, but not its owner. */
  @Test
  void versionsOfOthersAreNotBelieved() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    publish(table, KEEPING, 2);
    TableVersion real = sink(table).versions().get(0);
    String comment =
        database.value("SELECT obj_description(?::regclass, 'pg_class')", real.name().quoted());
    database.execute(
        "GRANT CREATE, USAGE ON SCHEMA results TO stranger",
        "SET ROLE stranger",
        "CREATE TABLE results.result_sink_version_ffffffffffffffffffffffffffffffff (id bigint, name"
            + " text, score float8)",
        "COMMENT ON TABLE results.result_sink_version_ffffffffffffffffffffffffffffffff IS '"
            + comment.replace("'", "''").replaceFirst("\"replaced_at\":\"2", "\"replaced_at\":\"3")
            + "'",
        "RESET ROLE");
    assertThat(sink(table).versions(), hasSize(2));
    sink(table).undo();
    assertThat(scores(table), contains("1"));
  }

  /** The rows are those of the run that the ledger says, and nothing waits for ever. */
  @Test
  void publishesAndUndosGoOneAfterTheOther() throws Exception {
    TestTable table = table();
    publish(table, KEEPING, 100);
    publish(table, KEEPING, 101);
    ExecutorService workers = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int worker = 1; worker <= 2; worker++) {
        int first = 10 * worker;
        all.add(
            workers.submit(
                () -> {
                  for (int score = first; score < first + 3; score++) {
                    publish(table, KEEPING + "&run_id=" + score, score);
                  }
                }));
      }
      all.add(
          workers.submit(
              () -> {
                for (int undo = 1; undo <= 4; undo++) {
                  sink(table).undo();
                }
              }));
      for (Future<?> one : all) {
        one.get(2, TimeUnit.MINUTES);
      }
    } finally {
      workers.shutdownNow();
    }
    String run =
        database.value(
            "SELECT CASE mode WHEN 'undo' THEN summary->>'restored_run' ELSE run_id END FROM"
                + " results.result_sink_ledger ORDER BY published_at DESC LIMIT 1");
    List<String> scores = scores(table);
    assertThat(scores, hasSize(1));
    if (run != null && run.length() < 4) {
      assertThat(scores.get(0), equalTo(run));
    }
    assertThat(table.count(), equalTo(20L));
    assertThat(
        database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = ?", database.name()),
        equalTo("0"));
  }

  @Test
  void tidyingUpAfterDeadRunsLeavesVersions() {
    TestTable table = table();
    publish(table, KEEPING, 1);
    publish(table, KEEPING + "&staging_ttl=1ms", 2);
    publish(table, "mode=append&staging_ttl=1ms", 3);
    assertThat(sink(table).versions(), hasSize(2));
  }

  private TestTable table() {
    return TestTable.create(database, "Undone", "id bigint PRIMARY KEY, name text, score float8");
  }

  private static PostgresResultSink sink(TestTable table) {
    return PostgresResultSink.to(table.url("mode=replace"));
  }

  /** Twenty rows with a score. */
  private static ResultSummary publish(TestTable table, String options, int score) {
    try (Steps run = new Steps(PostgresTarget.parse(table.url(options)))) {
      long from = options.startsWith("mode=append") ? 1_000 : 0;
      List<Row> rows =
          LongStream.range(from, from + 20).mapToObj(id -> SampleRows.row(id, score)).toList();
      ResultSummary summary = run.publish(run.stage(rows));
      run.tidy(summary);
      return summary;
    }
  }

  private List<String> scores(TestTable table) {
    return database.column("SELECT DISTINCT score FROM " + table.quoted() + " ORDER BY 1");
  }

  private String file(TestTable table) {
    return database.value("SELECT pg_relation_filenode(?::regclass)", table.quoted());
  }
}
