package io.resultsink.pipelines;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C while rows are staged, in a process of its own. */
class InterruptedRunIT {

  private static final int RECORDS = 500_000;

  @TempDir Path home;
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void theTargetIsUntouchedAndNothingIsLeft(String runner)
      throws IOException, SQLException, InterruptedException {
    try (BufferedWriter records = Files.newBufferedWriter(folder.resolve("t.jsonl"))) {
      for (int i = 0; i < RECORDS; i++) {
        records.write("{\"n\":" + i + "}\n");
      }
    }
    try (TryOutServer server = new TryOutServer(home)) {
      server.execute("CREATE TABLE numbers (n bigint)");
      server.execute("INSERT INTO numbers VALUES (-1)");
      Path err = home.resolve("err");
      Process process = start(err, runner);

      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> !process.isAlive() || !server.stagingTables().isEmpty());
      assertThat(Files.readString(err), process.isAlive(), is(true));
      interrupt(process);

      assertThat(process.waitFor(1, TimeUnit.MINUTES), is(true));
      assertThat(process.exitValue(), is(130));
      assertThat(
          Files.readString(err),
          containsString("interrupted; numbers is untouched; nothing is left behind\n"));
      assertThat(server.column("SELECT n FROM numbers"), contains("-1"));
      assertThat(server.stagingTables(), is(empty()));
    }
  }

  private Process start(Path err, String runner) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(
        List.of("query", "-d", folder.toString(), "-r", "embedded:numbers?mode=replace"));
    command.addAll(List.of("SELECT n FROM t", "--", "--runner=" + runner));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PGRESULT_HOME", home.toString());
    return builder.redirectError(err.toFile()).redirectOutput(new File("/dev/null")).start();
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }
}
