package io.resultsink.pipelines.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Where others can look, no password is to be seen: arguments of processes, Flink's REST API, the
 * logs of its processes at their default level, and all that pgresult says and logs.
 */
@Tag("attack")
@Tag("bundle")
class ClusterSecretsIT extends BaseClusterIT {

  /** Right in no database. */
  private static final String WRONG = "canary/of the mine";

  @Test
  void aLiteralPasswordIsSeenNowhere() throws IOException {
    PublishedOnce target = PublishedOnce.into(database, WriteMode.REPLACE);

    assertUnseenWhileItRuns(target, Launch.of(home, input), target.url());

    assertThat(launched.err(), launched.exitCode(FlinkCluster.PATIENCE), is(0));
    target.check();
    assertUnseen(TestingPostgres.PASSWORD, TestingPostgres.ENCODED_PASSWORD);
  }

  @Test
  @Tag("torture")
  void whatAReferenceLeadsToIsSeenNowhere() throws IOException {
    PublishedOnce target = PublishedOnce.into(database, WriteMode.APPEND);
    Path file = Files.writeString(home.resolve("password"), TestingPostgres.PASSWORD);
    String url = target.url().replace(":" + TestingPostgres.ENCODED_PASSWORD, "");
    Launch launch = Launch.of(home, input).with("--password", "file:" + file);

    assertUnseenWhileItRuns(target, launch, url);

    assertThat(launched.err(), launched.exitCode(FlinkCluster.PATIENCE), is(0));
    target.check();
    Files.delete(file);
    assertUnseen(TestingPostgres.PASSWORD, TestingPostgres.ENCODED_PASSWORD);
  }

  @Test
  @Tag("torture")
  void aWrongPasswordIsSeenNowhereAlthoughTheJobFailsOfIt() throws IOException {
    PublishedOnce target = PublishedOnce.into(database, WriteMode.APPEND);
    String encoded = WRONG.replace("/", "%2F").replace(" ", "%20");
    String url = target.url().replace(TestingPostgres.ENCODED_PASSWORD, encoded);

    launched = Launch.of(home, input).with("-w").on(cluster, url);

    assertThat(launched.exitCode(FlinkCluster.PATIENCE), is(1));
    assertThat(launched.err(), containsString("error: no session with "));
    assertThat(
        cluster.get("/jobs/" + cluster.newestJob() + "/exceptions"), containsString("28P01"));
    target.checkUntouched();
    assertUnseen(WRONG, encoded);
  }

  private void assertUnseenWhileItRuns(PublishedOnce target, Launch launch, String url) {
    PostgresProxy.Fault staging = network.when("^COPY .* FROM STDIN").stall();
    launched = launch.with("-w").on(cluster, url);
    launched.whileAlive("staging", FlinkCluster.PATIENCE, () -> staging.met() > 0);
    assertThat(
        "a process can be looked at", arguments(), containsString("postgres-result-pipelines"));
    assertThat("arguments of processes", arguments(), not(containsString("p@ss")));
    assertThat("arguments of processes", arguments(), not(containsString("p%40ss")));
    staging.release();
  }

  private String arguments() {
    List<OwnProcess> started = new ArrayList<>(cluster.processes());
    started.add(launched);
    StringBuilder all = new StringBuilder();
    for (OwnProcess process : started) {
      for (ProcessHandle handle : process.all()) {
        handle.info().commandLine().ifPresent(line -> all.append(line).append('\n'));
        handle.info().arguments().ifPresent(list -> all.append(List.of(list)).append('\n'));
      }
    }
    return all.toString();
  }

  private void assertUnseen(String... canaries) throws IOException {
    for (String canary : canaries) {
      String base64 = Base64.getEncoder().encodeToString(canary.getBytes(StandardCharsets.UTF_8));
      for (String text : List.of(canary, base64.substring(0, base64.length() - 4))) {
        for (String path : paths(cluster.newestJob())) {
          assertThat(path, cluster.get(path), not(containsString(text)));
        }
        assertThat("logs of Flink", cluster.logs(), not(containsString(text)));
        assertThat("standard output", launched.out(), not(containsString(text)));
        assertThat("standard error", launched.err(), not(containsString(text)));
        assertThat("logs of pgresult", logs(), not(containsString(text)));
      }
    }
    assertThat("there are logs of Flink", cluster.logs(), containsString("StageRows"));
    assertThat("there are logs of pgresult", logs(), containsString("FlinkRunner"));
  }

  /** All that the REST API tells about a job, its steps, and the processes that run it. */
  private static List<String> paths(String job) {
    List<String> paths = new ArrayList<>();
    for (String of : List.of("", "/config", "/plan", "/exceptions", "/accumulators", "/metrics")) {
      paths.add("/jobs/" + job + of);
    }
    for (JsonNode vertex : cluster.json("/jobs/" + job).path("vertices")) {
      for (String of : List.of("", "/accumulators", "/subtasks/accumulators", "/metrics")) {
        paths.add("/jobs/" + job + "/vertices/" + vertex.path("id").asText() + of);
      }
    }
    paths.addAll(
        List.of("/config", "/jobmanager/config", "/jobmanager/environment", "/jobmanager/logs"));
    for (JsonNode worker : cluster.json("/taskmanagers").path("taskmanagers")) {
      for (String of : List.of("", "/logs", "/metrics")) {
        paths.add("/taskmanagers/" + worker.path("id").asText() + of);
      }
    }
    return paths;
  }

  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      files.filter(Files::isRegularFile).forEach(file -> logs.append(read(file)));
    }
    return logs.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
