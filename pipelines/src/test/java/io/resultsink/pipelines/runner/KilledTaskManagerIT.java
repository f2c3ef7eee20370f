package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PollingReaders;
import io.resultsink.postgres.testing.PostgresProxy.Fault;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A TaskManager dies by {@code kill -9} in the middle of a job, and another takes over.
 *
 * <p>Its sessions are held by the network meanwhile, as those of a machine that is gone are, and go
 * on as zombies once the job has come to the same point again.
 */
@Tag("torture")
class KilledTaskManagerIT extends BaseClusterIT {

  /** Between the COPY of a chunk and its COMMIT. */
  private static final String CHUNK_COPIED = "\\(token\\) VALUES";

  /** All is written then; what follows is COMMIT. */
  private static final String RECORDING = "UPDATE .*result_sink_ledger";

  private static final String TIDYING = "^DROP TABLE .*result_sink_[0-9a-f]{32}\"?$";

  /** Those who open a staging table ask once each, and get what they ask for. */
  private static final int MANY_TIMES = 20;

  /** For a replace: a staging table that has gone live itself is not tidied up. */
  private static final String COPIES = "&staging=unlogged";

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aWorkerDiesWhileStagingAndTheNextWhilePublishing(WriteMode mode) throws Exception {
    PublishedOnce target = PublishedOnce.into(database, mode);
    CompletableFuture<Fault> staging =
        after(CHUNK_COPIED, () -> network.whenCopied(STAGING_COPY, 1 << 20).stall());
    Fault publishing = network.when(RECORDING).stall();
    try (PollingReaders readers = target.readers()) {
      launched = Launch.of(home, input).with("-w").on(cluster, target.url());
      killAt("staging", staging).release();
      killAt("publishing", CompletableFuture.completedFuture(publishing));
      awaitTheNextAttempt();
      publishing.release();
      assertPublished(target, readers, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aWorkerDiesBeforeItsCommitWhichArrivesMuchLater(WriteMode mode) throws Exception {
    PublishedOnce target = PublishedOnce.into(database, mode);
    CompletableFuture<Fault> committing = after(RECORDING, () -> network.when("^COMMIT").stall());
    try (PollingReaders readers = target.readers()) {
      launched = Launch.of(home, input).with("-w").on(cluster, target.url());
      Fault commit = killAt("the publish's COMMIT", committing);
      awaitTheNextAttempt();
      commit.release();
      assertPublished(target, readers, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aWorkerDiesAfterPublishing(WriteMode mode) throws Exception {
    PublishedOnce target = PublishedOnce.into(database, mode);
    Fault tidying = network.when(TIDYING).stall();
    try (PollingReaders readers = target.readers()) {
      launched = Launch.of(home, input).with("-w").on(cluster, target.url() + COPIES);
      killAt("the clean-up", CompletableFuture.completedFuture(tidying)).release();
      assertPublished(target, readers, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aWorkerOfTheDataStreamEngineDiesWhilePublishing(WriteMode mode) throws Exception {
    PublishedOnce target = PublishedOnce.into(database, mode);
    Fault publishing = network.when(RECORDING).stall();
    try (PollingReaders readers = target.readers()) {
      launched =
          Launch.of(home, input)
              .with("-w")
              .beam("--useDataStreamForBatch=true")
              .on(cluster, target.url());
      killAt("publishing", CompletableFuture.completedFuture(publishing));
      awaitTheNextAttempt();
      publishing.release();
      assertPublished(target, readers, 1);
    }
  }

  private CompletableFuture<Fault> after(String statement, Supplier<Fault> next) {
    CompletableFuture<Fault> armed = new CompletableFuture<>();
    network.when(statement).first(() -> armed.complete(next.get()));
    return armed;
  }

  private Fault killAt(String point, CompletableFuture<Fault> stalled) {
    launched.whileAlive(
        point, FlinkCluster.PATIENCE, () -> stalled.isDone() && stalled.join().met() > 0);
    cluster.killTaskManager();
    return stalled.join();
  }

  /**
   * It waits for the lock on the staging table, or the row of the ledger, that the dead one has; or
   * asks again and again for the table's turn, which the dead one has too.
   */
  private void awaitTheNextAttempt() {
    Fault asked = network.when("pg_try_advisory_xact_lock").nth(MANY_TIMES).first(() -> {});
    launched.whileAlive(
        "the next attempt",
        FlinkCluster.PATIENCE,
        () -> asked.met() > 0 || !waitingForLocks().isEmpty());
  }

  private List<String> waitingForLocks() {
    return database.column(
        "SELECT pid FROM pg_stat_activity WHERE datname = ?"
            + " AND wait_event_type = 'Lock' AND application_name LIKE 'result_sink%'",
        database.name());
  }

  private void assertPublished(PublishedOnce target, PollingReaders readers, int kills)
      throws InterruptedException {
    int exitCode = launched.exitCode(FlinkCluster.PATIENCE);
    assertThat(launched.err(), exitCode, is(0));
    assertThat(launched.err(), containsString("published " + target.table().resolved()));
    assertThat(launched.err(), containsString("60,000 rows"));
    assertThat(
        Long.parseLong(
            database.value("SELECT summary ->> 'chunks' FROM results.result_sink_ledger")),
        greaterThan(2L));
    assertThat(
        "failures of the job",
        cluster.failures(cluster.newestJob()),
        is(greaterThanOrEqualTo(kills)));
    target.check(readers);
  }
}
