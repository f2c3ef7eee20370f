package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.fault.FaultIT.Fault;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.ErrorOutput;
import io.resultsink.postgres.testing.Fingerprint;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever goes wrong, wherever: every row of the result is published once or rejected once, none
 * is given out before the others are published, and the same run again changes nothing of that.
 */
@Tag("attack")
class RejectsFaultIT {

  private static final long ROWS = 600;
  private static final long EVERY = 50;
  private static final List<Long> BAD = ErrorOutput.spoiled(ROWS, EVERY);

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();

  /** Under torture all of them; otherwise each point once. */
  static Stream<Arguments> modesFaultsAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (WriteMode mode : WriteMode.values()) {
      for (FaultPoint point : FaultPoint.values()) {
        for (Fault fault : Fault.values()) {
          boolean quick =
              point.ordinal() % 4 == mode.ordinal()
                  && (point.ordinal() / 4) % 2 == fault.ordinal() % 2
                  && fault.ordinal() < 2;
          quick |= point == FaultPoint.COMMITTED && fault == Fault.WORKER_DIES;
          if (point != FaultPoint.COPYING_FROZEN
              && FaultyRun.comesTo(point, mode, PostgresTarget.parse(URL + mode(mode)).staging())
              && Torture.rounds(quick ? 1 : 0, 1) == 1) {
            cases.add(Arguments.of(mode, fault, point));
          }
        }
      }
    }
    return cases.stream();
  }

  private static final String URL = "postgresql://app@db/shop/movies?";

  private static String mode(WriteMode mode) {
    return TestTable.options(mode);
  }

  private TestTable existing() {
    TestTable table =
        TestTable.create(
            database, "Faulty", "id bigint PRIMARY KEY, name text, score double precision");
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0)");
    return table;
  }

  private static Steps steps(TestTable table, WriteMode mode) {
    return new Steps(
        PostgresTarget.parse(table.url(mode(mode) + "&rejects=results.bad&run_id=night")));
  }

  private static List<Row> rows(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(id -> id % EVERY == 0 ? SampleRows.bad(id) : SampleRows.row(id))
        .toList();
  }

  /** What a launch came to. */
  private record Launch(@Nullable ResultSummary summary, List<Long> givenOut) {}

  /** Stages in two bundles, publishes, gives out and tidies up. */
  private static Launch launch(TestTable table, WriteMode mode) {
    List<Long> given = new ArrayList<>();
    try (Steps steps = steps(table, mode)) {
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(rows(0, ROWS / 2)));
      chunks.addAll(steps.stage(rows(ROWS / 2, ROWS)));
      ResultSummary summary = steps.publish(chunks);
      steps.rejected(summary).forEach(row -> given.add(id(row)));
      steps.tidy(summary);
      return new Launch(summary, given.stream().sorted().toList());
    } catch (Exception | Error e) {
      return new Launch(null, given.stream().sorted().toList());
    }
  }

  private static long id(Row rejected) {
    return Long.parseLong(
        String.valueOf(rejected.getString("row")).replaceFirst("\\{\"id\":(\\d+),.*", "$1"));
  }

  private List<Long> kept() {
    return database.column("SELECT " + SampleRows.ID_OF_JSON + " FROM results.bad").stream()
        .map(Long::valueOf)
        .sorted()
        .toList();
  }

  private void assertOldOrNewAndWhole(TestTable table, WriteMode mode, boolean published) {
    String old = "SELECT -1::bigint AS id, 'old' AS name, 0::float8 AS score";
    boolean both = mode == WriteMode.APPEND || mode == WriteMode.UPDATE;
    String fitting = SampleRows.sqlOfFitting(ROWS, EVERY);
    String expected = !published ? old : both ? old + " UNION ALL " + fitting : fitting;
    assertThat("rows", table.difference(COLUMNS, expected), is(empty()));
    boolean there = database.value("SELECT to_regclass('results.bad') IS NOT NULL").equals("t");
    assertThat("kept", there ? kept() : List.of(), equalTo(published ? BAD : List.of()));
  }

  @ParameterizedTest
  @MethodSource("modesFaultsAndPoints")
  void losesNoneAndDoublesNone(WriteMode mode, Fault fault, FaultPoint point) throws Exception {
    TestTable table = existing();
    Launch first;
    try (Faults faults = fault.at(point, 1, database, network)) {
      first = launch(table, mode);
      assertThat("the run came to it", faults.visits(point), greaterThanOrEqualTo(1));
    }
    network.calm();
    boolean published = database.ledgerRows() == 1;
    assertOldOrNewAndWhole(table, mode, published);
    if (!first.givenOut().isEmpty()) {
      assertThat("given out", first.givenOut(), equalTo(BAD));
      assertThat("given out, so published", published, is(true));
    }

    Launch again = launch(table, mode);
    assertThat("published again", again.summary().alreadyPublished(), is(published));
    assertThat(again.summary().rows() + again.summary().rejected(), equalTo(ROWS));
    assertThat(again.summary().rejected(), equalTo((long) BAD.size()));
    assertThat("given out by the second", again.givenOut(), equalTo(BAD));
    assertOldOrNewAndWhole(table, mode, true);
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  /** As a runner does that has lost the report of a bundle, or has run it twice at once. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aBundleThatIsRunTwiceRejectsItsRowsOnce(WriteMode mode) {
    TestTable table = existing();
    try (Steps steps = steps(table, mode)) {
      steps.stage(rows(0, ROWS / 2));
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(rows(0, ROWS / 2)));
      chunks.addAll(steps.stage(rows(ROWS / 2, ROWS)));
      steps.stage(rows(ROWS / 2, ROWS));
      ResultSummary summary = steps.publish(chunks);
      assertThat(summary.rejected(), equalTo((long) BAD.size()));
      List<Long> given = steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList();
      assertThat(given, equalTo(BAD));
      steps.tidy(summary);
    }
    assertOldOrNewAndWhole(table, mode, true);
    database.assertNothingStaged();
  }

  /** A worker that is given up, and comes back after the publish. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aBundleThatEndsAfterThePublishAddsNothing(WriteMode mode) {
    TestTable table = existing();
    try (Steps steps = steps(table, mode);
        Steps.Bundle late = steps.bundle()) {
      rows(0, ROWS).forEach(late::process);
      ResultSummary summary = steps.publish(steps.stage(rows(0, ROWS)));
      late.finish();
      steps.tidy(summary);
      rows(0, ROWS).forEach(late::process);
      late.finish();
      assertThat(
          steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList(), equalTo(BAD));
    }
    assertOldOrNewAndWhole(table, mode, true);
    database.assertNothingStaged();
  }

  /** Chunks of nothing but bad rows beside others, lost and doubled ones among them. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void bundlesOfBadRowsAloneCountToo(WriteMode mode) {
    TestTable table = existing();
    List<Row> bad = LongStream.range(1_000, 1_010).mapToObj(SampleRows::bad).toList();
    try (Steps steps = steps(table, mode)) {
      steps.stage(bad);
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(bad));
      chunks.addAll(steps.stage(rows(1, 10)));
      ResultSummary summary = steps.publish(chunks);
      assertThat(summary.rows(), equalTo(9L));
      assertThat(summary.rejected(), equalTo(10L));
      assertThat(steps.rejected(summary).size(), is(10));
    }
  }

  /** The counts of a report are checked by the transaction that moves the rows. */
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aReportThatIsNotTrueFailsTheRun(WriteMode mode) {
    TestTable table = existing();
    List<String> before = Fingerprint.withoutStaging(database);
    try (Steps steps = steps(table, mode)) {
      StagedChunk chunk = steps.stage(rows(0, ROWS)).get(0);
      StagedChunk untrue =
          new StagedChunk(
              chunk.token(),
              chunk.transactionId(),
              chunk.rows(),
              chunk.bytes(),
              chunk.rejected() + 1);
      String message =
          FaultyRun.Outcome.of(() -> steps.publish(List.of(untrue))).sinkFailure().getMessage();
      assertThat(message, org.hamcrest.Matchers.containsString("not as reported"));
    }
    database.execute("DROP TABLE results.bad");
    assertThat(Fingerprint.withoutStaging(database), equalTo(before));
  }
}
