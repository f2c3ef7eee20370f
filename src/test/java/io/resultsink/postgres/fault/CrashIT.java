package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.fault.FaultyRun.Outcome;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The server crashes and comes back. Rows in unlogged staging are lost, and the run knows. */
@Tag("torture")
class CrashIT {

  /** Chunks are staged before these, and the publish is not committed. */
  private static final Set<FaultPoint> CHUNKS_AT_STAKE =
      EnumSet.range(FaultPoint.CHUNK_COMMITTED, FaultPoint.COMMITTING);

  @TempDir static Path folder;

  private static OwnServer server;

  @RegisterExtension final TestDatabase database = new TestDatabase(server.postgres());

  /** The writer of WAL sleeps, so that only what a commit flushes is there after a crash. */
  @BeforeAll
  static void start() {
    server =
        OwnServer.start(
            folder,
            Map.of("fsync", "off", "wal_writer_delay", "10s", "wal_writer_flush_after", "1GB"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> modesStagingsAndPoints() {
    List<Arguments> cases = new ArrayList<>();
    for (FaultPoint point : FaultPoint.values()) {
      for (WriteMode mode : WriteMode.values()) {
        for (StagingDurability staging : StagingDurability.values()) {
          boolean tellsMore =
              CHUNKS_AT_STAKE.contains(point)
                  && (mode == WriteMode.REPLACE || (mode.ordinal() + point.ordinal()) % 2 == 0);
          if (FaultyRun.comesTo(point, mode, staging)
              && (staging == StagingDurability.UNLOGGED || tellsMore)) {
            cases.add(Arguments.of(mode, staging, point));
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("modesStagingsAndPoints")
  void leavesTheTableOldOrNewAndSaysWhich(
      WriteMode mode, StagingDurability staging, FaultPoint point) {
    FaultyRun run = FaultyRun.comingTo(point, database, mode);
    Outcome outcome;
    try (Faults faults = Faults.at(point, CrashIT::crash)) {
      outcome = run.launch("&staging=" + staging.option());
      assertThat("the run came to it", faults.visits(point) > 0, is(true));
    }
    run.assertHonest(outcome);
    if (staging == StagingDurability.UNLOGGED && CHUNKS_AT_STAKE.contains(point)) {
      assertThat(outcome.sinkFailure().getMessage(), containsString("staging=logged"));
    } else {
      run.assertPublished(outcome);
    }
    run.assertStandsOnceWhenRunAgain();
  }

  /** Their transactions may well have the same id. */
  @Test
  void aChunkIsNotTakenForOneThatWasLost() {
    TestTable table = TestTable.missing(database, "Crash");
    try (Steps steps = new Steps(table.target(WriteMode.APPEND))) {
      List<StagedChunk> chunks = new ArrayList<>(steps.stage(0, 500));
      crash();
      steps.stage(500, 1000); // the reply is lost
      chunks.addAll(steps.stage(500, 1000));
      assertThrows(PublishFailedException.class, () -> steps.publish(chunks));
    }
  }

  private static void crash() {
    server.crash();
    server.start();
  }
}
