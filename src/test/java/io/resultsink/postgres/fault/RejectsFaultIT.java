package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import org.apache.beam.sdk.schemas.Schema;
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

  /** The modes, and a replace that keeps the definition. */
  enum Way {
    APPEND(WriteMode.APPEND, "mode=append"),
    REPLACE(WriteMode.REPLACE, "mode=replace"),
    KEEP(WriteMode.REPLACE, "mode=replace&keep=all"),
    TRUNCATE(WriteMode.TRUNCATE, "mode=truncate"),
    UPDATE(WriteMode.UPDATE, "mode=update&unique=id");

    private final WriteMode mode;
    private final String options;

    Way(WriteMode mode, String options) {
      this.mode = mode;
      this.options = options;
    }

    private boolean comesTo(FaultPoint point) {
      String url = "postgresql://app@db/shop/movies?" + options;
      return point == FaultPoint.INDEXED
          ? this == KEEP
          : point != FaultPoint.COPYING_FROZEN
              && FaultyRun.comesTo(point, mode, PostgresTarget.parse(url).staging());
    }

    /** One that fits; the bad ones are refused by the encoder, a check and a type in turn. */
    private Row row(long id) {
      boolean bad = id % EVERY == 0;
      long kind = id / EVERY % kinds();
      return Row.withSchema(SCHEMA)
          .addValues(
              id,
              bad && kind == 0 ? "Zq7\0Zq7" : SampleRows.row(id).getString("name"),
              bad && kind == 1 ? -1.0 : id / 2.0,
              bad && kind == 2 ? "Zq7" : "sad")
          .build();
    }

    /** A new table has neither checks nor types; rows of other types are not sealed. */
    private int kinds() {
      return this == REPLACE ? 1 : this == KEEP ? 2 : 3;
    }

    private List<Row> rows(long from, long to) {
      return LongStream.range(from, to).mapToObj(this::row).toList();
    }
  }

  private static final Schema SCHEMA =
      Schema.builder().addFields(SampleRows.SCHEMA.getFields()).addStringField("mood").build();

  /** Under torture all of them; otherwise each point once, and each way to send a chunk again. */
  static Stream<Arguments> waysFaultsAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (Way way : Way.values()) {
      for (FaultPoint point : FaultPoint.values()) {
        for (Fault fault : Fault.values()) {
          boolean quick =
              point.ordinal() % Way.values().length == way.ordinal()
                  && (point.ordinal() / 4) % 2 == fault.ordinal() % 2
                  && fault.ordinal() < 2;
          quick |= point == FaultPoint.COMMITTED && fault == Fault.WORKER_DIES;
          if (way.comesTo(point) && Torture.rounds(quick ? 1 : 0, 1) == 1) {
            cases.add(Arguments.of(way, fault, point, 1));
          }
        }
      }
      // The first COPY of a chunk is refused; the second has the rows that fit.
      if (way != Way.REPLACE) {
        cases.add(Arguments.of(way, Fault.SESSIONS_TERMINATED, FaultPoint.COPYING, 2));
        cases.add(Arguments.of(way, Fault.CONNECTIONS_CUT, FaultPoint.COPYING, 3));
      }
    }
    return cases.stream();
  }

  private TestTable existing(Way way) {
    database.executeAs("sink", "CREATE TYPE results.mood AS ENUM ('sad', 'happy')");
    TestTable table =
        TestTable.create(
            database,
            "Faulty",
            "id bigint PRIMARY KEY, name text, score double precision CHECK (score >= 0), mood "
                + (way == Way.KEEP ? "text" : "results.mood"));
    database.execute("INSERT INTO " + table.quoted() + " VALUES (-1, 'old', 0, 'sad')");
    return table;
  }

  private static Steps steps(TestTable table, Way way) {
    String url = table.url(way.options + "&rejects=results.bad&run_id=night");
    return new Steps(PostgresTarget.parse(url), SCHEMA);
  }

  /** What a launch came to. */
  private record Launch(@Nullable ResultSummary summary, List<Long> givenOut) {}

  /** Stages in two bundles, publishes, gives out and tidies up. */
  private static Launch launch(TestTable table, Way way) {
    List<Long> given = new ArrayList<>();
    try (Steps steps = steps(table, way)) {
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(way.rows(0, ROWS / 2)));
      chunks.addAll(steps.stage(way.rows(ROWS / 2, ROWS)));
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

  private void assertOldOrNewAndWhole(TestTable table, Way way, boolean published) {
    String old = "SELECT -1::bigint AS id, 'old' AS name, 0::float8 AS score";
    boolean both = way == Way.APPEND || way == Way.UPDATE;
    String fitting = SampleRows.sqlOfFitting(ROWS, EVERY);
    String expected = !published ? old : both ? old + " UNION ALL " + fitting : fitting;
    assertThat("rows", table.difference(COLUMNS, expected), is(empty()));
    boolean there = database.value("SELECT to_regclass('results.bad') IS NOT NULL").equals("t");
    assertThat("kept", there ? kept() : List.of(), equalTo(published ? BAD : List.of()));
  }

  @ParameterizedTest
  @MethodSource("waysFaultsAndPoints")
  void losesNoneAndDoublesNone(Way way, Fault fault, FaultPoint point, int visit) throws Exception {
    TestTable table = existing(way);
    Launch first;
    try (Faults faults = fault.at(point, visit, database, network)) {
      first = launch(table, way);
      assertThat("the run came to it", faults.visits(point), greaterThanOrEqualTo(visit));
    }
    network.calm();
    boolean published = database.ledgerRows() == 1;
    assertOldOrNewAndWhole(table, way, published);
    if (!first.givenOut().isEmpty()) {
      assertThat("given out", first.givenOut(), equalTo(BAD));
      assertThat("given out, so published", published, is(true));
    }

    Launch again = launch(table, way);
    assertThat("published again", again.summary().alreadyPublished(), is(published));
    assertThat(again.summary().rows() + again.summary().rejected(), equalTo(ROWS));
    assertThat(again.summary().rejected(), equalTo((long) BAD.size()));
    assertThat("given out by the second", again.givenOut(), equalTo(BAD));
    assertOldOrNewAndWhole(table, way, true);
    assertThat(database.ledgerRows(), equalTo(1L));
  }

  /** As a runner does that retries the step alone, with the reports that it has. */
  @ParameterizedTest
  @MethodSource("waysAndPointsOfAPublish")
  void aPublishThatFailedIsRepeated(Way way, FaultPoint point) throws Exception {
    TestTable table = existing(way);
    try (Steps steps = steps(table, way)) {
      List<StagedChunk> chunks = steps.stage(way.rows(0, ROWS));
      try (Faults faults = Faults.workerDiesAt(point, 1)) {
        assertThrows(Throwable.class, () -> steps.publish(chunks));
        assertThat(faults.visits(point), equalTo(1));
      }
      assertOldOrNewAndWhole(table, way, point == FaultPoint.COMMITTED);
      ResultSummary summary = steps.publish(chunks);
      assertThat(summary.alreadyPublished(), is(point == FaultPoint.COMMITTED));
      List<Long> given = steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList();
      assertThat(given, equalTo(BAD));
      assertThat(
          "a step that is repeated reads the same",
          steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList(),
          equalTo(BAD));
      steps.tidy(summary);
    }
    assertOldOrNewAndWhole(table, way, true);
    database.assertNothingStaged();
  }

  static Stream<Arguments> waysAndPointsOfAPublish() {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                Stream.of(FaultPoint.STAGING_LOCKED, FaultPoint.COMMITTING, FaultPoint.COMMITTED)
                    .map(point -> Arguments.of(way, point)));
  }

  /** As a runner does that has lost the report of a bundle, or has run it twice at once. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void aBundleThatIsRunTwiceRejectsItsRowsOnce(Way way) {
    TestTable table = existing(way);
    try (Steps steps = steps(table, way)) {
      steps.stage(way.rows(0, ROWS / 2));
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(way.rows(0, ROWS / 2)));
      chunks.addAll(steps.stage(way.rows(ROWS / 2, ROWS)));
      steps.stage(way.rows(ROWS / 2, ROWS));
      ResultSummary summary = steps.publish(chunks);
      assertThat(summary.rejected(), equalTo((long) BAD.size()));
      List<Long> given = steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList();
      assertThat(given, equalTo(BAD));
      steps.tidy(summary);
    }
    assertOldOrNewAndWhole(table, way, true);
    database.assertNothingStaged();
  }

  /** A worker that is given up, and comes back after the publish. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void aBundleThatEndsAfterThePublishAddsNothing(Way way) {
    TestTable table = existing(way);
    try (Steps steps = steps(table, way);
        Steps.Bundle late = steps.bundle()) {
      way.rows(0, ROWS).forEach(late::process);
      ResultSummary summary = steps.publish(steps.stage(way.rows(0, ROWS)));
      late.finish();
      steps.tidy(summary);
      way.rows(0, ROWS).forEach(late::process);
      late.finish();
      assertThat(
          steps.rejected(summary).stream().map(RejectsFaultIT::id).sorted().toList(), equalTo(BAD));
    }
    assertOldOrNewAndWhole(table, way, true);
    database.assertNothingStaged();
  }

  /** Chunks of nothing but bad rows beside others, lost and doubled ones among them. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void bundlesOfBadRowsAloneCountToo(Way way) {
    TestTable table = existing(way);
    List<Row> bad = LongStream.range(20, 30).mapToObj(id -> way.row(id * EVERY)).toList();
    try (Steps steps = steps(table, way)) {
      steps.stage(bad);
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(bad));
      chunks.addAll(steps.stage(way.rows(1, 10)));
      ResultSummary summary = steps.publish(chunks);
      assertThat(summary.rows(), equalTo(9L));
      assertThat(summary.rejected(), equalTo(10L));
      assertThat(steps.rejected(summary).size(), is(10));
    }
  }

  /** The counts of a report are checked by the transaction that moves the rows. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void aReportThatIsNotTrueFailsTheRun(Way way) {
    TestTable table = existing(way);
    List<String> before = Fingerprint.withoutStaging(database);
    try (Steps steps = steps(table, way)) {
      StagedChunk chunk = steps.stage(way.rows(0, ROWS)).get(0);
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
