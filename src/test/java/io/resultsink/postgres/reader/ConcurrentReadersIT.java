package io.resultsink.postgres.reader;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Generations;
import io.resultsink.postgres.testing.KeptReading;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PollingReaders.Reading;
import io.resultsink.postgres.testing.Reader;
import io.resultsink.postgres.testing.ReadingSession;
import io.resultsink.postgres.testing.ReadingWay;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TableCatalog;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.Torture;
import io.resultsink.postgres.testing.WaitingReaders;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Readers of every kind see one complete result after the other, whatever is going on. */
@Tag("attack")
class ConcurrentReadersIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void noReadingIsEmptyOrPartialOrMixedOrAZombies(WriteMode mode) {
    int publishes = Torture.rounds(3, 36);
    long readings = Torture.rounds(200, 20_000);
    long rows = mode == WriteMode.APPEND ? 300 : 1_000; // what is appended is read ever after
    assertNoReadingIsWrong(new Generations(database, mode, rows), mode, rows, publishes, readings);
  }

  @Test
  void noReadingIsWrongWhileTheDefinitionIsKept() {
    Generations generations = new Generations(database, WriteMode.REPLACE, 1_000).keeping();
    database.execute("CREATE INDEX ON " + generations.table().quoted() + " (score, name)");
    List<String> indexes = TableCatalog.of(generations.table()).indexes();
    assertNoReadingIsWrong(
        generations, WriteMode.REPLACE, 1_000, Torture.rounds(3, 36), Torture.rounds(200, 20_000));
    assertThat(TableCatalog.of(generations.table()).indexes(), equalTo(indexes));
  }

  /** Views, referencing tables, policies of others; the rows that the index alone gives, too. */
  @Test
  void noReadingIsWrongThroughWhatHangsOnATableThatIsKept() {
    long rows = 300;
    Generations generations = new Generations(database, WriteMode.REPLACE, rows).keeping();
    KeptReading.open(database, generations.table().quoted(), rows);
    List<String> definition = Definition.of(generations.table());
    assertNoReadingIsWrong(
        generations,
        WriteMode.REPLACE,
        rows,
        Torture.rounds(3, 36),
        Torture.rounds(100, 10_000),
        KeptReading.values());
    assertThat(Definition.of(generations.table()), equalTo(definition));
    assertThat(database.value("SELECT count(*) FROM reading.child"), equalTo(Long.toString(rows)));
  }

  @Test
  void noReadingIsWrongWhileTheTableIsTruncatedAndFilled() {
    Generations generations = new Generations(database, WriteMode.TRUNCATE, 1_000).truncating();
    String oid = generations.table().oid();
    assertNoReadingIsWrong(
        generations, WriteMode.TRUNCATE, 1_000, Torture.rounds(3, 36), Torture.rounds(200, 20_000));
    assertThat(generations.table().oid(), equalTo(oid));
  }

  /** What hangs on it may be everything but a foreign key of another table. */
  @Test
  void noReadingIsWrongThroughWhatHangsOnATableThatIsTruncatedAndFilled() {
    long rows = 300;
    Generations generations = new Generations(database, WriteMode.TRUNCATE, rows).truncating();
    KeptReading.open(database, generations.table().quoted(), rows);
    database.execute("DROP TABLE reading.child");
    assertNoReadingIsWrong(
        generations,
        WriteMode.TRUNCATE,
        rows,
        Torture.rounds(3, 36),
        Torture.rounds(100, 10_000),
        KeptReading.INDEX_ONLY_SCAN,
        KeptReading.VIEW,
        KeptReading.VIEW_OF_VIEWS,
        KeptReading.TABLE_WITH_POLICY);
  }

  @Test
  void noReadingIsWrongWhileReplacesAreUndone() {
    Generations generations =
        new Generations(database, WriteMode.REPLACE, 1_000).keeping().keepingVersions();
    database.execute("CREATE INDEX ON " + generations.table().quoted() + " (score, name)");
    assertNoReadingIsWrongBesideUndos(
        generations, 1_000, Torture.rounds(200, 20_000), ReadingWay.values());
  }

  @Test
  void noReadingIsWrongThroughWhatHangsOnATableWhoseReplacesAreUndone() {
    long rows = 300;
    Generations generations =
        new Generations(database, WriteMode.REPLACE, rows).keeping().keepingVersions();
    KeptReading.open(database, generations.table().quoted(), rows);
    List<String> definition = Definition.of(generations.table());
    assertNoReadingIsWrongBesideUndos(
        generations, rows, Torture.rounds(100, 10_000), KeptReading.values());
    assertThat(Definition.of(generations.table()), equalTo(definition));
    assertThat(database.value("SELECT count(*) FROM reading.child"), equalTo(Long.toString(rows)));
  }

  /** Publishes and undos in turn, and undos of undos. */
  private void assertNoReadingIsWrongBesideUndos(
      Generations generations, long rows, long readings, Reader... ways) {
    int rounds = Torture.rounds(2, 12);
    PostgresResultSink sink = PostgresResultSink.to(generations.target());
    List<Reading> read;
    try (PollingReaders readers = new PollingReaders(generations, ways)) {
      for (int round = 1; round <= rounds; round++) {
        publishBesideZombies(generations, rows);
        int published = generations.newest();
        for (int again : List.of(published - 1, published)) {
          generations.beginAgain(again);
          sink.undo();
          generations.end();
        }
        readers.awaitCount(readings * round / rounds);
      }
      read = readers.stop();
    }
    assertAllRight(generations, read);
  }

  @Test
  void noOlderSnapshotSeesAnythingWrongAfterAnUndo() throws SQLException {
    Generations generations =
        new Generations(database, WriteMode.REPLACE, 300).keeping().keepingVersions();
    try (WaitingReaders readers = new WaitingReaders(generations)) {
      readers.takeSnapshots("REPEATABLE READ"); // before the publish
      publishBesideZombies(generations, 300);
      readers.takeSnapshots("SERIALIZABLE"); // before the undo
      readers.takeSnapshots("READ COMMITTED");
      generations.beginAgain(0);
      PostgresResultSink.to(generations.target()).undo();
      generations.end();
      assertAllRight(generations, readers.read());
    }
  }

  private void assertNoReadingIsWrong(
      Generations generations, WriteMode mode, long rows, int publishes, long readings) {
    assertNoReadingIsWrong(generations, mode, rows, publishes, readings, ReadingWay.values());
  }

  private void assertNoReadingIsWrong(
      Generations generations,
      WriteMode mode,
      long rows,
      int publishes,
      long readings,
      Reader... ways) {
    List<ResultSummary> summaries = new ArrayList<>();
    List<Reading> read;
    if (mode != WriteMode.REPLACE) {
      // Autovacuum cuts a table's tail under a lock that readers feel; no publish waits so.
      database.execute(
          "ALTER TABLE " + generations.table().quoted() + " SET (vacuum_truncate = false)");
    }
    try (PollingReaders readers = new PollingReaders(generations, ways)) {
      for (int publish = 1; publish <= publishes; publish++) {
        summaries.add(publishBesideZombies(generations, rows));
        readers.awaitCount(readings * publish / publishes);
      }
      read = readers.stop();
    }
    assertAllRight(generations, read);
    assertThat("readings", (long) read.size(), greaterThan(readings - 1));
    database.assertNothingStaged();
    assertWaits(generations.target(), read, summaries);
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void noOlderSnapshotSeesAnythingWrong(WriteMode mode) throws SQLException {
    assertNoOlderSnapshotIsWrong(new Generations(database, mode, 300));
  }

  @Test
  void noOlderSnapshotSeesAnythingWrongThroughAnIndexThatWasKept() throws SQLException {
    assertNoOlderSnapshotIsWrong(new Generations(database, WriteMode.REPLACE, 300).keeping());
  }

  @Test
  void noOlderSnapshotSeesAnythingWrongInATableThatIsTruncatedAndFilled() throws SQLException {
    assertNoOlderSnapshotIsWrong(new Generations(database, WriteMode.TRUNCATE, 300).truncating());
  }

  private void assertNoOlderSnapshotIsWrong(Generations generations) throws SQLException {
    try (Steps run = new Steps(generations.target());
        WaitingReaders readers = new WaitingReaders(generations)) {
      readers.takeSnapshots("REPEATABLE READ");
      readers.takeSnapshots("READ COMMITTED");
      List<StagedChunk> chunks = new ArrayList<>(run.stage(generations.next(0, 100)));
      readers.takeSnapshots("SERIALIZABLE"); // between two chunks
      chunks.addAll(run.stage(generations.next(100, 300)));
      run.stage(generations.next(100, 300));
      readers.takeSnapshots("REPEATABLE READ"); // between a zombie's commit and ours
      generations.begin();
      run.tidy(run.publish(chunks));
      generations.end();
      assertAllRight(generations, readers.read());
    }
    database.assertNothingStaged();
  }

  /** Older than the publish, and not older than the rows: nothing keeps them from being frozen. */
  @Test
  void noSnapshotTakenSinceTheRowsWereStagedSeesAnythingWrongWhenTheyGoLive() throws SQLException {
    Generations generations = new Generations(database, WriteMode.REPLACE, 300);
    try (Steps run = new Steps(generations.table().target(WriteMode.REPLACE));
        WaitingReaders readers = new WaitingReaders(generations)) {
      List<StagedChunk> chunks = new ArrayList<>(run.stage(generations.next(0, 100)));
      chunks.addAll(run.stage(generations.next(100, 300)));
      String staging =
          database.value("SELECT ?::regclass::oid", (Object) database.stagingTables().get(0));
      for (String isolation : List.of("REPEATABLE READ", "SERIALIZABLE", "READ COMMITTED")) {
        readers.takeSnapshots(isolation);
      }
      generations.begin();
      run.tidy(run.publish(chunks));
      generations.end();
      assertThat("in place", generations.table().oid(), equalTo(staging));
      assertAllRight(generations, readers.read());
    }
    database.assertNothingStaged();
  }

  /**
   * As after any change of a table's columns; all other ways of reading go on. Outside of a
   * transaction the driver tries again by itself.
   */
  @Test
  void aPreparedSelectOfAllColumnsFailsOnceWhenReplaceChangedThem() throws SQLException {
    Generations generations = new Generations(database, WriteMode.REPLACE, 300);
    TestTable table = generations.table();
    String all = "SELECT * FROM " + table.quoted() + " LIMIT 1";
    try (ReadingSession reader = generations.session();
        WaitingReaders others = new WaitingReaders(generations)) {
      assertThat(reader.preparedRows(all).get(0), hasSize(3));
      publishBesideZombies(generations, 300);
      assertThat("the same columns", reader.preparedRows(all).get(0), hasSize(3));

      others.takeSnapshots("READ COMMITTED");
      others.takeSnapshots("REPEATABLE READ");
      Schema wider =
          Schema.builder().addFields(SampleRows.SCHEMA.getFields()).addInt32Field("more").build();
      List<?>[] wide =
          LongStream.range(0, 300).mapToObj(id -> List.of(id, "", 2.0, 7)).toArray(List[]::new);
      generations.begin();
      Runners.DIRECT.publish(SampleRows.of(wider, wide), table.sink(WriteMode.REPLACE));
      generations.end();
      reader.execute("BEGIN");
      SQLException failure = assertThrows(SQLException.class, () -> reader.preparedRows(all));
      reader.execute("ROLLBACK; BEGIN");
      assertThat(failure.getMessage(), containsString("cached plan must not change result type"));
      assertThat("once", reader.preparedRows(all).get(0), hasSize(4));
      reader.execute("COMMIT");
      assertAllRight(generations, others.read());
    }
  }

  static Stream<Arguments> modesAndRunners() {
    return Stream.of(WriteMode.values())
        .flatMap(mode -> Stream.of(Runners.values()).map(runner -> Arguments.of(mode, runner)));
  }

  @ParameterizedTest
  @MethodSource("modesAndRunners")
  void noReadingIsWrongWhileAPipelineRuns(WriteMode mode, Runners runner) {
    long rows = 2_000;
    Generations generations = new Generations(database, mode, rows);
    List<Reading> read;
    try (PollingReaders readers =
        new PollingReaders(generations, ReadingWay.SELECT, ReadingWay.STABLE_FUNCTION)) {
      for (int publish = 1; publish <= Torture.rounds(1, 3); publish++) {
        generations.begin();
        runner.publish(SampleRows.many(rows, publish), generations.table().sink(mode));
        generations.end();
      }
      read = readers.stop();
    }
    assertAllRight(generations, read);
  }

  /** Three chunks, and beside them what must never show: twins whose reports are lost. */
  private static ResultSummary publishBesideZombies(Generations generations, long rows) {
    long third = rows / 3;
    try (Steps run = new Steps(generations.target())) {
      List<StagedChunk> chunks = new ArrayList<>(run.stage(generations.next(0, third)));
      run.stage(generations.next(third, 2 * third));
      chunks.addAll(run.stage(generations.next(third, 2 * third)));
      chunks.addAll(run.stage(generations.next(2 * third, rows)));
      run.stage(generations.next(rows, 2 * rows));
      List<Row> late = generations.next(0, third);
      CompletableFuture<List<StagedChunk>> zombie = supplyAsync(() -> run.stage(late));
      generations.begin();
      ResultSummary summary = run.publish(chunks);
      generations.end();
      zombie.join();
      run.tidy(summary);
      return summary;
    }
  }

  private void assertAllRight(Generations generations, List<Reading> read) {
    Torture.tried(read.size());
    List<String> wrong = generations.wrong(read);
    assertThat(
        wrong.size() + " of " + read.size() + " readings are wrong, such as",
        wrong.subList(0, Math.min(5, wrong.size())),
        is(empty()));
  }

  /** None at all, but for the moment of a replace or a load, and one attempt at its lock. */
  private static void assertWaits(
      PostgresTarget target, List<Reading> read, List<ResultSummary> summaries) {
    Duration longest = PollingReaders.longestWait(read);
    Torture.longestWait(longest);
    if (target.mode() != WriteMode.REPLACE && !target.truncates()) {
      assertThat("waits of a reader", longest, equalTo(Duration.ZERO));
      return;
    }
    long moment = summaries.stream().mapToLong(ResultSummary::publishingMillis).max().orElseThrow();
    Duration busyMachine = Duration.ofSeconds(1);
    assertThat(
        "a swap and one attempt",
        longest,
        lessThanOrEqualTo(Duration.ofMillis(moment + 100).plus(busyMachine)));
  }
}
