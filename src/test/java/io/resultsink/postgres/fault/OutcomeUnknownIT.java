package io.resultsink.postgres.fault;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishOutcomeUnknownException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.publish.Publisher;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.StagedChunk;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The connection dies around COMMIT, and the ledger cannot be asked at once. */
@Tag("attack")
class OutcomeUnknownIT {

  private static final long ROWS = 1_000;

  /** The UPDATE before it is of the ledger; what follows is the publish's COMMIT. */
  private static final String RECORDING = "UPDATE .*result_sink_ledger";

  @RegisterExtension final TestDatabase database = new TestDatabase().behindProxy();

  private final PostgresProxy network = database.network();
  private TestTable table;

  @BeforeEach
  void createTarget() {
    table = TestTable.missing(database, "Unknown");
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aServerThatStaysAwayLeavesItUnknown(WriteMode mode) {
    try (Steps steps = new Steps(table.target(mode))) {
      List<StagedChunk> chunks = steps.stage(0, ROWS);
      network.when(RECORDING).first(() -> network.when("^COMMIT").swallowReplyAndRefuse());
      PublishOutcomeUnknownException failure =
          assertThrows(
              PublishOutcomeUnknownException.class,
              () ->
                  publisher(steps, Duration.ofMillis(500))
                      .publish(Part.whole(steps.plan().run(), chunks))
                      .summary());
      assertThat(failure.remedy(), equalTo(Remedy.CHECK_TARGET));
      assertThat(failure.getMessage(), containsString("old or new, and complete"));
      assertThat(failure.getMessage(), not(containsString("untouched")));

      network.acceptAgain();
      assertThat("the runner tries the step again", steps.publish(chunks).alreadyPublished());
    }
    assertPublishedOnce();
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aPublishThatIsInterruptedWhileInDoubtDoesNotSayUntouched(WriteMode mode) throws Exception {
    try (Steps steps = new Steps(table.target(mode))) {
      List<StagedChunk> chunks = steps.stage(0, ROWS);
      AtomicReference<PostgresProxy.Fault> lost = new AtomicReference<>();
      network
          .when(RECORDING)
          .first(() -> lost.set(network.when("^COMMIT").swallowReplyAndRefuse()));
      FutureTask<ResultSummary> publish =
          new FutureTask<>(
              () ->
                  publisher(steps, Duration.ofMinutes(1))
                      .publish(Part.whole(steps.plan().run(), chunks))
                      .summary());
      Thread worker = new Thread(publish);
      worker.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> lost.get() != null);
      lost.get().awaitMet();
      await().atMost(Duration.ofMinutes(1)).until(() -> database.ledgerRows() == 1);
      worker.interrupt();
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> publish.get(60, TimeUnit.SECONDS));
      assertThat(failure.getCause(), instanceOf(PublishOutcomeUnknownException.class));
      network.acceptAgain();
    }
    assertPublishedOnce();
  }

  @ParameterizedTest
  @MethodSource("io.resultsink.postgres.testing.Torture#modes")
  void aCommitThatIsOnItsWayIsEndedBeforeTheLedgerIsAsked(WriteMode mode) throws Exception {
    try (Steps steps = new Steps(table.target(mode))) {
      List<StagedChunk> chunks = steps.stage(0, ROWS);
      AtomicReference<PostgresProxy.Fault> commit = new AtomicReference<>();
      AtomicLong seen = new AtomicLong(-1);
      network.when(RECORDING).first(() -> commit.set(network.when("^COMMIT").strand()));
      // Whoever only looked would see this, and would publish a second time.
      network.when("pg_terminate_backend").first(() -> seen.set(database.ledgerRows()));
      CompletableFuture<ResultSummary> publish =
          CompletableFuture.supplyAsync(
              () ->
                  publisher(steps, Duration.ofMinutes(1))
                      .publish(Part.whole(steps.plan().run(), chunks))
                      .summary());
      ResultSummary summary = publish.get(60, TimeUnit.SECONDS);
      assertThat("COMMIT had not arrived", commit.get().met(), equalTo(1));
      assertThat("the ledger, before the old session was ended", seen.get(), equalTo(0L));
      assertThat(summary.alreadyPublished(), is(false));
      commit.get().release();
    }
    assertPublishedOnce();
  }

  private static Publisher publisher(Steps steps, Duration reconnect) {
    return new Publisher(steps.connections(), steps.plan(), reconnect);
  }

  private void assertPublishedOnce() {
    assertThat(table.difference(SampleRows.COLUMNS, SampleRows.sql(ROWS)), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
  }
}
