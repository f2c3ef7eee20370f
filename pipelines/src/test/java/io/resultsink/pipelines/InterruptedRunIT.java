package io.resultsink.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C while rows are staged, in a process of its own. */
class InterruptedRunIT {

  private static final int RECORDS = 500_000;

  private static final String SLEEPING =
      "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(36%'"
          + " AND pid <> pg_backend_pid()";

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
          containsString("interrupted; numbers is untouched; its staging table is dropped\n"));
      assertThat(server.column("SELECT n FROM numbers"), contains("-1"));
      assertThat(server.stagingTables(), is(empty()));
    }
  }

  /** Queries that take hours before their first row. */
  @ParameterizedTest
  @CsvSource({
    "duckdb, DirectRunner, embedded:numbers?mode=replace",
    "duckdb, FlinkRunner, embedded:numbers?mode=replace",
    "duckdb, DirectRunner, printed",
    "postgres, DirectRunner, embedded:numbers?mode=replace",
    "postgres, FlinkRunner, embedded:numbers?mode=replace",
    "postgres, DirectRunner, printed",
  })
  void theEnginesQueryIsCancelledAtOnce(String engine, String runner, String result)
      throws IOException, SQLException, InterruptedException {
    Files.writeString(folder.resolve("t.jsonl"), "{\"n\": 1}\n");
    Path temporary = Files.createDirectory(home.resolve("tmp"));
    try (TryOutServer server = new TryOutServer(home)) {
      server.execute("CREATE TABLE numbers (n bigint)");
      server.execute("INSERT INTO numbers VALUES (-1)");
      List<String> query = new ArrayList<>(List.of("query", "--engine", engine));
      if (engine.equals("duckdb")) {
        query.addAll(List.of("-d", folder.toString()));
        query.add(
            "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b, t"
                + " WHERE a.range * b.range % 7 = n");
      } else {
        query.addAll(List.of("-d", server.url()));
        query.addAll(List.of("--database-password", server.passwordReference()));
        query.add("SELECT 1 AS n FROM pg_sleep(36000)");
      }
      if (!result.equals("printed")) {
        query.addAll(List.of("-r", result));
      }
      query.addAll(List.of("--", "--runner=" + runner));
      Path err = home.resolve("err");
      Process process = start(err, temporary, query);
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> !process.isAlive() || executes(engine, process, server));
      assertThat(Files.readString(err), process.isAlive(), is(true));
      interrupt(process);

      assertThat("at once", process.waitFor(1, TimeUnit.MINUTES), is(true));
      assertThat(process.exitValue(), is(130));
      if (!result.equals("printed")) {
        assertThat(
            Files.readString(err),
            containsString("interrupted; numbers is untouched; its staging table is dropped\n"));
      }
      await().until(() -> server.column(SLEEPING).isEmpty());
      try (Stream<Path> left = Files.list(temporary)) {
        assertThat(
            left.map(path -> path.getFileName().toString())
                .filter(name -> name.startsWith("pgresult-"))
                .toList(),
            is(empty()));
      }
      assertThat(server.column("SELECT n FROM numbers"), contains("-1"));
      assertThat(server.stagingTables(), is(empty()));
    }
  }

  /** Whether the query itself is under way, and not only planned. */
  private static boolean executes(String engine, Process process, TryOutServer server)
      throws IOException, SQLException {
    if (engine.equals("postgres")) {
      return !server.column(SLEEPING).isEmpty();
    }
    Process threads =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/jcmd",
                Long.toString(process.pid()),
                "Thread.print")
            .redirectErrorStream(true)
            .start();
    String stacks = new String(threads.getInputStream().readAllBytes(), UTF_8);
    return stacks.contains("duckdb_jdbc_execute") && stacks.contains("DuckCursor");
  }

  private Process start(Path err, String runner) throws IOException {
    return start(
        err,
        Path.of(System.getProperty("java.io.tmpdir")),
        List.of(
            "query",
            "-d",
            folder.toString(),
            "-r",
            "embedded:numbers?mode=replace",
            "SELECT n FROM t",
            "--",
            "--runner=" + runner));
  }

  private Process start(Path err, Path temporary, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (System.getProperty("os.name").equals("Linux")) {
      // Tests that a shell runs in the background ignore SIGINT, and their processes would, too.
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(System.getProperty("java.home") + "/bin/java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PGRESULT_HOME", home.toString());
    return builder.redirectError(err.toFile()).redirectOutput(new File("/dev/null")).start();
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }
}
