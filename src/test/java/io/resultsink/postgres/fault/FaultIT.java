package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Definition;
import io.resultsink.postgres.testing.Furnished;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.Torture;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A write in some mode, experiencing a fault at a point, leaves the target old or new and whole,
 * says which, and can be run again.
 */
@Tag("attack")
class FaultIT {

  /** Where a worker's death finds the publish done. */
  private static final Set<FaultPoint> AFTER_COMMIT =
      EnumSet.of(FaultPoint.COMMITTED, FaultPoint.TIDYING, FaultPoint.TIDIED);

  private static final Executor AFTER_A_WHILE =
      CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS);

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();

  /** What goes wrong. */
  enum Fault {
    WORKER_DIES {
      @Override
      Faults at(FaultPoint point, int visit, TestDatabase database, PostgresProxy network) {
        return Faults.workerDiesAt(point, visit);
      }
    },
    SESSIONS_TERMINATED {
      @Override
      Faults at(FaultPoint point, int visit, TestDatabase database, PostgresProxy network) {
        return Faults.at(point, visit, database::terminateSessions);
      }
    },
    CONNECTIONS_CUT {
      @Override
      Faults at(FaultPoint point, int visit, TestDatabase database, PostgresProxy network) {
        return Faults.at(point, visit, network::cutAll);
      }
    },
    CONNECTION_STALLED {
      @Override
      Faults at(FaultPoint point, int visit, TestDatabase database, PostgresProxy network) {
        return Faults.at(
            point, visit, () -> AFTER_A_WHILE.execute(network.when("").stall()::release));
      }
    };

    abstract Faults at(FaultPoint point, int visit, TestDatabase database, PostgresProxy network);
  }

  /** All of them under torture; otherwise each fault in each mode once, at points that differ. */
  static Stream<Arguments> modesFaultsAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (WriteMode mode : WriteMode.values()) {
      List<FaultPoint> points =
          Stream.of(FaultPoint.values()).filter(point -> staging(mode, point) != null).toList();
      for (FaultPoint point : points) {
        for (Fault fault : Fault.values()) {
          // So that each mode meets two of the faults, at eight points in all.
          boolean quick =
              points.indexOf(point) == 3 * mode.ordinal() + fault.ordinal() - mode.ordinal() % 2;
          quick &= (mode.ordinal() + fault.ordinal()) % 2 == 1;
          quick |= point == FaultPoint.SEALED && fault == Fault.CONNECTIONS_CUT;
          quick |= point == FaultPoint.FROZEN && fault == Fault.SESSIONS_TERMINATED;
          if (Torture.rounds(quick ? 1 : 0, 1) == 1) {
            cases.add(Arguments.of(mode, fault, point, 1));
          }
        }
      }
    }
    return cases.stream();
  }

  /** What a run of this mode has to stage in to come to a point; null when none does. */
  private static @Nullable StagingDurability staging(WriteMode mode, FaultPoint point) {
    if (FaultyRun.comesTo(point, mode, StagingDurability.LOGGED)) {
      return StagingDurability.LOGGED;
    }
    return FaultyRun.comesTo(point, mode, StagingDurability.UNLOGGED)
        ? StagingDurability.UNLOGGED
        : null;
  }

  /** All points under torture, in place and by copy; otherwise once each way. */
  static Stream<Arguments> keepingFaultsAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (StagingDurability staging : StagingDurability.values()) {
      boolean inPlace = staging == StagingDurability.LOGGED;
      for (FaultPoint point : FaultPoint.values()) {
        if (point != FaultPoint.INDEXED && !FaultyRun.comesTo(point, WriteMode.REPLACE, staging)) {
          continue;
        }
        for (Fault fault : Fault.values()) {
          boolean quick =
              inPlace
                  ? point == FaultPoint.INDEXED && fault == Fault.CONNECTIONS_CUT
                  : point == FaultPoint.COMMITTING && fault == Fault.WORKER_DIES;
          if (Torture.rounds(quick ? 1 : 0, 1) == 1) {
            cases.add(Arguments.of(staging, fault, point));
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("keepingFaultsAndPoints")
  void aDefinitionThatIsKeptIsWholeToo(StagingDurability staging, Fault fault, FaultPoint point)
      throws Exception {
    FaultyRun run = FaultyRun.keeping(database);
    List<String> before = Definition.of(run.table());
    List<String> ofChild = Definition.of(new TestTable(database, "referring"));
    String options = "&keep=all&staging=" + staging.option();
    Outcome outcome;
    try (Faults faults = fault.at(point, 1, database, network)) {
      outcome = run.launch(options);
      assertThat("the run came to it", faults.visits(point), greaterThanOrEqualTo(1));
    }
    network.calm();

    run.assertHonest(outcome);
    if (fault != Fault.WORKER_DIES) {
      run.assertPublished(outcome);
    } else {
      if (point != FaultPoint.CONNECTED) {
        assertThat("published", run.isPublished(), is(AFTER_COMMIT.contains(point)));
      }
      run.launch(options);
    }
    assertThat(Definition.of(run.table()), equalTo(before));
    assertThat(Definition.of(new TestTable(database, "referring")), equalTo(ofChild));
    run.assertStandsOnceWhenRunAgain();
  }

  /** Quick: before the swap, and after the COMMIT. */
  static Stream<Arguments> undoFaultsAndPoints() {
    return faultsAt(
        List.of(
            FaultPoint.PUBLISHING,
            FaultPoint.INDEXED,
            FaultPoint.TARGET_LOCKED,
            FaultPoint.COMMITTING,
            FaultPoint.COMMITTED),
        (fault, point) ->
            point == FaultPoint.TARGET_LOCKED && fault == Fault.CONNECTIONS_CUT
                || point == FaultPoint.COMMITTING && fault == Fault.WORKER_DIES
                || point == FaultPoint.COMMITTING && fault == Fault.SESSIONS_TERMINATED);
  }

  /** Every fault at every point under torture; those that are quick otherwise. */
  private static Stream<Arguments> faultsAt(
      List<FaultPoint> points, BiPredicate<Fault, FaultPoint> quick) {
    return points.stream()
        .flatMap(
            point ->
                Stream.of(Fault.values())
                    .filter(f -> Torture.rounds(quick.test(f, point) ? 1 : 0, 1) == 1)
                    .map(fault -> Arguments.of(fault, point)));
  }

  @ParameterizedTest
  @MethodSource("undoFaultsAndPoints")
  void anUndoLeavesTheTableOldOrNewToo(Fault fault, FaultPoint point) throws Exception {
    TestTable table = Furnished.plain(database);
    for (String run : List.of("first", "second")) {
      String url = table.url("mode=replace&keep=all&undo=5&run_id=" + run);
      try (Steps steps = new Steps(PostgresTarget.parse(url))) {
        steps.run(run.equals("first") ? 10 : 20);
      }
    }
    List<String> definition = Definition.of(table);
    PostgresResultSink sink =
        PostgresResultSink.to(table.url("mode=replace&keep=all")).withRunId("the undo");
    Outcome outcome;
    try (Faults faults = fault.at(point, 1, database, network)) {
      outcome = Outcome.of(sink::undo);
      assertThat("the undo came to it", faults.visits(point), greaterThanOrEqualTo(1));
    }
    network.calm();

    boolean done = database.ledgerRows() == 3;
    assertThat(table.count(), equalTo(done ? 10L : 20L));
    assertThat(Definition.of(table), equalTo(definition));
    assertThat("versions", sink.versions(), hasSize(2));
    if (fault != Fault.WORKER_DIES) {
      if (outcome.failure() != null) {
        throw new AssertionError("it should have been done", outcome.failure());
      }
      assertThat(done, is(true));
    } else {
      assertThat(done, is(point == FaultPoint.COMMITTED));
    }
    assertThat(sink.undo().alreadyPublished(), is(done));
    assertThat("once", table.count(), equalTo(10L));
    assertThat(database.ledgerRows(), equalTo(3L));
    assertThat(Definition.of(table), equalTo(definition));
  }

  /** All points under torture; quick ones before the copy ends, under the lock, and at the end. */
  static Stream<Arguments> refillingFaultsAndPoints() {
    return faultsAt(
        Stream.of(FaultPoint.values())
            .filter(point -> FaultyRun.comesTo(point, WriteMode.TRUNCATE, StagingDurability.LOGGED))
            .toList(),
        (fault, point) ->
            point == FaultPoint.COPYING_FROZEN && fault == Fault.CONNECTIONS_CUT
                || point == FaultPoint.TARGET_LOCKED && fault == Fault.SESSIONS_TERMINATED
                || point == FaultPoint.COMMITTING && fault == Fault.WORKER_DIES);
  }

  @ParameterizedTest
  @MethodSource("refillingFaultsAndPoints")
  void aTableThatIsTruncatedAndFilledIsOldOrNewToo(Fault fault, FaultPoint point) throws Exception {
    FaultyRun run = FaultyRun.intoExisting(database, WriteMode.TRUNCATE);
    String oid = run.table().oid();
    assertOldOrNew(run, "&reset=truncate", fault, point, 1);
    assertThat("the same table", run.table().oid(), equalTo(oid));
  }

  @ParameterizedTest
  @MethodSource("modesFaultsAndPoints")
  void leavesTheTableOldOrNewAndSaysWhich(WriteMode mode, Fault fault, FaultPoint point, int visit)
      throws Exception {
    FaultyRun run = FaultyRun.comingTo(point, database, mode);
    StagingDurability staging =
        mode == WriteMode.REPLACE ? staging(mode, point) : StagingDurability.UNLOGGED;
    assertOldOrNew(run, "&staging=" + staging.option(), fault, point, visit);
  }

  private void assertOldOrNew(
      FaultyRun run, String options, Fault fault, FaultPoint point, int visit) throws Exception {
    Outcome outcome;
    try (Faults faults = fault.at(point, visit, database, network)) {
      outcome = run.launch(options);
      assertThat("the run came to it", faults.visits(point), greaterThanOrEqualTo(visit));
    }
    network.calm();

    run.assertHonest(outcome);
    if (fault != Fault.WORKER_DIES) {
      run.assertPublished(outcome);
    } else if (point != FaultPoint.CONNECTED) {
      assertThat("published", run.isPublished(), is(AFTER_COMMIT.contains(point)));
    }
    run.assertStandsOnceWhenRunAgain();
  }
}
