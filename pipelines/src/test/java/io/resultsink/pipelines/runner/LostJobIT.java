package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PostgresProxy.Fault;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job that a session cluster gives up, or that goes with its JobManager. */
@Tag("torture")
class LostJobIT extends BaseClusterIT {

  private static final String RUN_ID = "2026-11-22T10";

  @Test
  void aCancelledJobLeavesTheTargetAndNothingElse() {
    PublishedOnce target = PublishedOnce.into(database, WriteMode.REPLACE);
    Fault staging = launchUntilStaging(target);

    cluster.cancel(cluster.newestJob());
    staging.release();

    int exitCode = launched.exitCode(FlinkCluster.PATIENCE);
    assertThat(launched.err(), exitCode, is(1));
    assertThat(
        launched.err(),
        is(
            "error: the job was cancelled; "
                + target.table().name()
                + " is untouched; its staging table is dropped\n"));
    target.checkUntouched();
    database.assertNothingStaged();
  }

  @Test
  void aRunThatWentWithItsJobManagerIsPublishedOnceByTheNextLaunch() throws IOException {
    PublishedOnce target = PublishedOnce.into(database, WriteMode.APPEND);
    Fault staging = launchUntilStaging(target);

    cluster.killJobManager();
    int exitCode = launched.exitCode(FlinkCluster.PATIENCE);
    String said = launched.err();
    staging.release();

    assertThat(said, exitCode, is(1));
    assertThat(said, containsString("--run-id " + RUN_ID));
    target.checkUntouched();

    cluster.close();
    cluster = FlinkCluster.start(folder);
    launched.close();
    launched = launch(target);
    assertThat(launched.err(), launched.exitCode(FlinkCluster.PATIENCE), is(0));
    target.checkRows();

    clean(target);
    target.check();
  }

  private void clean(PublishedOnce target) {
    List<String> command = List.of("./pgresult", "clean", "--older-than", "0s", target.url());
    try (OwnProcess clean = OwnProcess.of("clean", Launch.environment(home), command)) {
      assertThat(clean.err(), clean.exitCode(FlinkCluster.PATIENCE), is(0));
      assertThat(clean.out(), containsString("dropped 1 of 1 staging table"));
    }
  }

  private Fault launchUntilStaging(PublishedOnce target) {
    Fault staging = network.whenCopied(STAGING_COPY, 1 << 20).stall();
    launched = launch(target);
    launched.whileAlive("staging", FlinkCluster.PATIENCE, () -> staging.met() > 0);
    return staging;
  }

  private OwnProcess launch(PublishedOnce target) {
    return Launch.of(home, input).with("-w", "--run-id", RUN_ID).on(cluster, target.url());
  }
}
