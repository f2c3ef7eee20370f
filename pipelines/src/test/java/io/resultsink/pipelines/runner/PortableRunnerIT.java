package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Beam's portable runner: a job server with Flink behind it, which knows nothing of the sink, and
 * the pipeline's steps in a harness that it talks to. The nearest to Dataflow that fits a machine.
 */
@Tag("torture")
class PortableRunnerIT {

  private static final long ROWS = 20_000;
  private static final String OLD =
      "SELECT i::bigint AS id, 'old' AS name, 0::float8 AS score FROM generate_series(0, 99) AS i";

  @TempDir static Path folder;

  private static OwnProcess server;
  private static int port;

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private OwnProcess job;

  @BeforeAll
  static void startServer() throws IOException {
    Files.write(
        folder.resolve("config.yaml"),
        List.of(
            "restart-strategy.type: fixed-delay",
            "restart-strategy.fixed-delay.attempts: 3",
            "restart-strategy.fixed-delay.delay: 100 ms"));
    port = FlinkCluster.freePort();
    server =
        OwnProcess.java(
            "jobserver",
            OtherRunners.classPath(),
            "org.apache.beam.runners.flink.FlinkJobServerDriver",
            "--job-host=localhost",
            "--job-port=" + port,
            "--artifact-port=" + FlinkCluster.freePort(),
            "--expansion-port=" + FlinkCluster.freePort(),
            "--artifacts-dir=" + folder.resolve("artifacts"),
            "--flink-conf-dir=" + folder,
            "--flink-master=[local]");
    server.whileAlive("the job server", FlinkCluster.PATIENCE, PortableRunnerIT::answers);
  }

  private static boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void stopJob() {
    if (job != null) {
      job.close();
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void aResultWhoseBundlesFailOnceIsPublishedOnce(WriteMode mode) {
    TestTable table = table(mode);

    String said = submit(table, mode, ROWS, ROWS * 3 / 4);

    assertThat(said, containsString("DONE after 1 failures"));
    assertOnce(table, mode, SampleRows.sql(ROWS));
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void anEmptyResultIsPublished(WriteMode mode) {
    TestTable table = table(mode);

    String said = submit(table, mode, 0, -1);

    assertThat(said, containsString("DONE after 0 failures"));
    String none = "SELECT * FROM (" + OLD + ") AS none WHERE false";
    assertOnce(table, mode, mode == WriteMode.UPDATE ? OLD : none);
  }

  private TestTable table(WriteMode mode) {
    String id = mode == WriteMode.APPEND ? "id bigint" : "id bigint PRIMARY KEY";
    TestTable table = TestTable.create(database, "Portable", id + ", name text, score float8");
    database.executeAs(TestingPostgres.SINK, "INSERT INTO " + table.quoted() + " " + OLD);
    return table;
  }

  private void assertOnce(TestTable table, WriteMode mode, String result) {
    String after = mode == WriteMode.APPEND ? "(" + OLD + ") UNION ALL (" + result + ")" : result;
    assertThat(table.difference(SampleRows.COLUMNS, after), is(empty()));
    assertThat(database.ledgerRows(), equalTo(1L));
    database.assertNothingStaged();
  }

  private String submit(TestTable table, WriteMode mode, long rows, long failsAfter) {
    job =
        OwnProcess.java(
            "portable",
            OtherRunners.classPathWithTests(),
            PortableJob.class.getName(),
            table.url(TestTable.options(mode)),
            Long.toString(rows),
            Long.toString(failsAfter),
            "--runner=PortableRunner",
            "--jobEndpoint=localhost:" + port,
            "--defaultEnvironmentType=LOOPBACK");
    int exitCode = job.exitCode(FlinkCluster.PATIENCE);
    assertThat(job.out() + job.err(), exitCode, is(0));
    return job.out();
  }
}
