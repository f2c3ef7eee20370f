package io.resultsink.postgres.fault;

import static io.resultsink.postgres.testing.SampleRows.COLUMNS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Faults;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server crashes after a chunk was committed and reported. The next chunk arrives, its reply is
 * lost, and it is sent again: rows of the lost chunk are missing, and as many are there twice.
 */
@Tag("torture")
class CrashBetweenChunksIT {

  /** Two chunks of equal size, one after the other. */
  private static final long ROWS = 1_000;

  @TempDir static Path folder;

  private static OwnServer server;

  @RegisterExtension
  final TestDatabase database = new TestDatabase(server.postgres()).behindProxy();

  private final PostgresProxy network = database.network();
  private TestTable table;

  @BeforeAll
  static void start() {
    server =
        OwnServer.start(
            folder,
            Map.of("wal_writer_delay", "10s", "autovacuum", "off", "bgwriter_delay", "10s"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void createTarget() {
    table = TestTable.create(database, "Crashed", "id bigint, name text, score float8");
  }

  private Faults crashAfterTheFirstChunk() {
    return Faults.at(
        FaultPoint.CHUNK_COMMITTED,
        () -> {
          server.crash();
          server.start();
          network.when("^COMMIT").swallowReply();
        });
  }

  private void run(WriteMode mode, String options) {
    PipelineOptions serially = Runners.DIRECT.options();
    serially.as(DirectOptions.class).setTargetParallelism(1);
    Runners.publish(Pipeline.create(serially), SampleRows.many(ROWS), table.sink(mode, options));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void unloggedStagingFailsTheRunUntouchedAndTheNextOneSucceeds(WriteMode mode) {
    if (mode == WriteMode.UPDATE) {
      database.execute("ALTER TABLE " + table.quoted() + " ADD PRIMARY KEY (id)");
    }
    Faults faults = crashAfterTheFirstChunk();
    try (faults) {
      run(mode, "staging=unlogged");
      throw new AssertionError("published rows that were lost");
    } catch (RuntimeException e) {
      ResultSinkException failure = Failures.rootSinkFailure(e);
      assertThat(failure.getMessage(), containsString("not as they were reported"));
      assertThat(failure.getMessage(), containsString("staging=logged"));
      assertThat(failure.remedy(), equalTo(ResultSinkException.Remedy.RETRY));
    }
    assertThat(table.count(), equalTo(0L));
    assertThat(database.ledgerRows(), equalTo(0L));
    run(mode, "staging_ttl=1ms");
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    database.assertNothingStaged();
  }

  /** Chunks of nothing but such rows have no others by which a lost one would be noticed. */
  @Test
  void chunksOfRejectedRowsAloneAreMissedToo() throws Exception {
    String url = table.url("mode=append&staging=unlogged&rejects=results.bad");
    try (Steps steps = new Steps(PostgresTarget.parse(url))) {
      List<StagedChunk> chunks = new ArrayList<>();
      try (Faults faults = crashAfterTheFirstChunk()) {
        chunks.addAll(steps.stage(List.of(SampleRows.bad(1), SampleRows.bad(2))));
        chunks.addAll(steps.stage(List.of(SampleRows.bad(3), SampleRows.bad(4))));
        assertThat("it crashed", faults.visits(FaultPoint.CHUNK_COMMITTED) > 0, is(true));
      }
      chunks.addAll(steps.stage(5, 10));
      ResultSinkException failure =
          assertThrows(PublishFailedException.class, () -> steps.publish(chunks));
      assertThat(failure.getMessage(), containsString("not as they were reported"));
    }
    assertThat(table.count(), equalTo(0L));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void loggedStagingGoesOn(WriteMode mode) {
    if (mode == WriteMode.UPDATE) {
      database.execute("ALTER TABLE " + table.quoted() + " ADD PRIMARY KEY (id)");
    }
    Faults faults = crashAfterTheFirstChunk();
    try (faults) {
      run(mode, "staging=logged");
    }
    assertThat(table.difference(COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
  }
}
