package io.resultsink.template;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job in Flink's application mode: a JobManager and a TaskManager, processes of their own. */
@Tag("torture")
class ApplicationModeIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @TempDir Path folder;

  private Path logs;
  private Path password;

  @BeforeEach
  void writeFiles() throws IOException {
    logs = Files.createDirectory(folder.resolve("logs"));
    Files.writeString(logs.resolve("visits.csv"), "code,hits\n200,5\n404,1\n200,2\n");
    password = Files.writeString(folder.resolve("password"), TestingPostgres.PASSWORD);
  }

  /** The second launch is what a JobManager that fails over does: it runs main again. */
  @ParameterizedTest
  @CsvSource({"--attachedMode=false, false", "--attachedMode=true, true"})
  void twoLaunchesOfARunPublishOnce(String option, boolean attached) throws Exception {
    TestTable table = TestTable.missing(database, "App");
    String url = table.url("mode=append").replace(":" + TestingPostgres.ENCODED_PASSWORD, "");
    for (int launch = 0; launch < 2; launch++) {
      Path configuration = configuration(attached, "conf" + launch);
      Process taskManager =
          start(
              "taskmanager" + launch,
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              "--configDir",
              configuration.toString());
      try {
        Process jobManager =
            start(
                "jobmanager" + launch,
                ApplicationCluster.class.getName(),
                configuration.toString(),
                QueryTemplate.class.getName(),
                "--database=" + logs,
                "--query=SELECT code, SUM(hits) AS hits FROM visits GROUP BY code",
                "--result=" + url,
                "--password=file:" + password,
                "--runId=day-1",
                "--runner=FlinkRunner",
                "--flinkMaster=[auto]",
                option);
        boolean ended = jobManager.waitFor(10, TimeUnit.MINUTES);
        jobManager.destroyForcibly();
        assertThat(said("jobmanager" + launch), ended, is(true));
        assertThat(said("jobmanager" + launch), jobManager.exitValue(), is(0));
      } finally {
        taskManager.destroyForcibly().waitFor();
      }
    }
    assertThat(table.rows("code, hits"), is(List.of(List.of("200", "7"), List.of("404", "1"))));
    assertThat(database.ledgerRows(), is(1L));
  }

  private Path configuration(boolean attached, String name) throws IOException {
    Path configuration = Files.createDirectory(folder.resolve(name));
    Files.write(
        configuration.resolve("config.yaml"),
        List.of(
            "execution.attached: " + attached,
            "jobmanager.rpc.address: localhost",
            "jobmanager.rpc.port: " + freePort(),
            "jobmanager.bind-host: localhost",
            "jobmanager.memory.process.size: 1024m",
            "rest.address: localhost",
            "rest.bind-address: localhost",
            "rest.port: " + freePort(),
            "blob.server.port: " + freePort(),
            "parallelism.default: 1",
            "taskmanager.host: localhost",
            "taskmanager.bind-host: localhost",
            "taskmanager.numberOfTaskSlots: 1",
            "taskmanager.cpu.cores: 1.0",
            "taskmanager.memory.framework.heap.size: 64mb",
            "taskmanager.memory.task.heap.size: 320mb",
            "taskmanager.memory.framework.off-heap.size: 64mb",
            "taskmanager.memory.task.off-heap.size: 64mb",
            "taskmanager.memory.network.min: 64mb",
            "taskmanager.memory.network.max: 64mb",
            "taskmanager.memory.managed.size: 64mb",
            "taskmanager.memory.jvm-metaspace.size: 256mb",
            "taskmanager.memory.jvm-overhead.min: 64mb",
            "taskmanager.memory.jvm-overhead.max: 64mb",
            "io.tmp.dirs: " + configuration));
    return configuration;
  }

  private Process start(String name, String main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx700m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
    for (String opened : List.of("lang", "util", "util.concurrent", "time", "nio", "math", "net")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile())
        .start();
  }

  private String said(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
