package io.resultsink.pipelines;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.resultsink.pipelines.command.HastyServe;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that serve: they share the work, die, and are stopped. */
class ServeIT {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Long before now, so that a fast clock never comes to the future. */
  private static final Instant BEGAN = Instant.parse("2026-01-02T00:00:00Z");

  private static final int FASTER = 30;

  private static final String MISSED = "SELECT count(*) FROM pgresult.run WHERE state <> 'success'";

  @TempDir Path home;
  @TempDir Path folder;

  private TryOutServer server;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new TryOutServer(home);
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    server.close();
  }

  @Test
  void aTickOfAServerThatIsKilledIsTakenOverAndPublishedOnce() throws Exception {
    survive(6, 1);
  }

  @Test
  @Tag("torture")
  void noTickIsLostAndNoneIsPublishedTwiceHoweverOftenServersAreKilled() throws Exception {
    survive(40, 6);
  }

  /**
   * Ticks twice a second's worth of minutes, on two servers of which one is killed again and again.
   */
  private void survive(int ticks, int kills) throws Exception {
    records(2_000);
    create("ticks", "* * * * *", "SELECT COUNT(*) AS n, TD_SCHEDULED_TIME() AS tick FROM hits");
    Instant reallyBegan = Instant.now();
    server.execute(
        "UPDATE pgresult.schedule SET missed = 'all', next_tick = '" + BEGAN.plusSeconds(60) + "'");
    for (int i = 0; i < 2; i++) {
      serveHastily(reallyBegan);
    }
    Random random = new Random();
    for (int kill = 1; kill <= kills; kill++) {
      int published = ticks * kill / (kills + 1);
      until("tick " + published, () -> publishedTicks() >= published);
      until("a run under way", () -> !running().isEmpty());
      TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
      kill(running());
      serveHastily(reallyBegan);
    }
    until(ticks + " ticks", () -> publishedTicks() >= ticks);
    server.execute("UPDATE pgresult.schedule SET next_tick = NULL");
    until(
        "the rest",
        () ->
            server
                .column("SELECT count(*) FROM pgresult.run WHERE state IN ('queued', 'running')")
                .equals(List.of("0")));

    assertThat(server.column(MISSED), contains("0"));
    assertThat(
        "each tick once, and none left out",
        server.column(
            "SELECT DISTINCT count(*) OVER ()"
                + " = 1 + extract(epoch FROM max(tick) OVER () - min(tick) OVER ()) / 60"
                + " AND count(*) OVER () = (SELECT count(*) FROM pgresult.run)"
                + " AND min(tick) OVER () = '"
                + BEGAN.plusSeconds(60)
                + "' FROM ticks"),
        contains("t"));
    assertThat(publishedTicks(), greaterThanOrEqualTo(ticks));
    assertThat(
        Integer.parseInt(server.column("SELECT sum(takeovers) FROM pgresult.run").get(0)),
        greaterThanOrEqualTo(1));
  }

  @Test
  void ctrlCLetsARunFinishOrHandsItBack() throws Exception {
    records(100_000);
    create("slow", "", "SELECT n, TD_SCHEDULED_TIME() AS tick FROM hits");
    assertThat(sched("run", "slow").exitCode(), is(0));
    Process impatient = serve("impatient", "--grace", "0");
    until("rows staged", () -> !server.stagingTables().isEmpty());
    interrupt(impatient);
    assertThat(end(impatient), is(0));
    assertThat(said("impatient"), containsString("handed back; another process runs it"));
    assertThat(server.column("SELECT state FROM pgresult.run"), contains("queued"));
    assertThat(server.stagingTables(), is(empty()));

    Process patient = serve("patient", "--grace", "600");
    until("a run under way", () -> !running().isEmpty());
    interrupt(patient);
    assertThat(end(patient), is(0));
    assertThat(said("patient"), containsString("published 100,000 rows"));
    assertThat(server.column("SELECT count(*) FROM ticks"), contains("100000"));
    assertThat(server.column("SELECT state FROM pgresult.run"), contains("success"));
    assertThat(server.column("SELECT count(*) FROM pgresult.server"), contains("0"));
  }

  @Test
  void schedulesReadBelowTheFoldersOnly() throws Exception {
    Path allowed = Files.createDirectory(folder.resolve("allowed"));
    Path outside = Files.createDirectory(folder.resolve("allowed-not"));
    for (Path place : List.of(allowed, outside)) {
      Files.writeString(place.resolve("hits.jsonl"), "{\"n\": 1}\n");
    }
    Files.createSymbolicLink(folder.resolve("to_allowed"), allowed);
    Files.createSymbolicLink(allowed.resolve("to_outside"), outside);
    Path linked = Files.createDirectories(folder.resolve("allowed/linked"));
    Files.createSymbolicLink(linked.resolve("hits.jsonl"), outside.resolve("hits.jsonl"));
    String table = "postgresql://localhost:1/db?schema=s";
    Map<String, String> databases =
        Map.of(
            "link_to_file", linked.toString(),
            "link_to_folder", allowed.resolve("to_outside").toString(),
            "outside", outside.toString(),
            "upwards", allowed + "/../allowed-not",
            "above", folder.toString(),
            "by_scheme", "file://" + outside,
            "server", table);
    for (Map.Entry<String, String> each : databases.entrySet()) {
      createFrom(each.getKey(), each.getValue(), "SELECT n FROM hits");
    }
    Files.delete(linked.resolve("hits.jsonl"));
    createFrom("inside", folder.resolve("to_allowed").toString(), "SELECT n FROM hits");
    createFrom("one_file", allowed.resolve("hits.jsonl").toString(), "SELECT n FROM hits");
    Files.delete(allowed.resolve("to_outside"));
    Process process =
        serve("serve", "--folders", Path.of("").toAbsolutePath().relativize(allowed).toString());
    runAll("inside", "one_file");
    assertThat(server.column("SELECT count(*) FROM ticks"), contains("2"));

    Files.createSymbolicLink(linked.resolve("hits.jsonl"), outside.resolve("hits.jsonl"));
    Files.createSymbolicLink(allowed.resolve("to_outside"), outside);
    runAll("inside", "link_to_file", "link_to_folder", "outside", "upwards", "above", "by_scheme");
    runAll("server");
    for (String refused : databases.keySet()) {
      assertThat(
          error(refused),
          containsString(
              refused.equals("server")
                  ? "no session with localhost:1"
                  : refused.equals("by_scheme")
                      ? "write -d without file:"
                      : "is not in a folder that this pgresult serve may read: "));
    }
    assertThat("a link among its files leads away", error("inside"), containsString(" leads to "));
    assertThat(server.column("SELECT count(*) FROM ticks"), contains("2"));
    interrupt(process);
    assertThat(end(process), is(0));
  }

  private String error(String schedule) throws SQLException, IOException {
    return server
        .column(
            "SELECT coalesce(r.error, r.state) FROM pgresult.run r JOIN pgresult.schedule s"
                + " ON s.key = r.schedule_key WHERE s.name = '"
                + schedule
                + "' ORDER BY r.id DESC LIMIT 1")
        .get(0);
  }

  /** Queues a run of each, and waits for their ends. */
  private void runAll(String... schedules) {
    for (String schedule : schedules) {
      CommandLineOutcome queued = sched("run", schedule);
      assertThat(queued.err(), queued.exitCode(), is(0));
    }
    until(
        "the ends of the runs",
        () ->
            server
                .column("SELECT count(*) FROM pgresult.run WHERE state IN ('queued', 'running')")
                .equals(List.of("0")));
  }

  private void createFrom(String name, String database, String sql) {
    CommandLineOutcome created =
        sched("create", name, "", "-d", database, "-r", "embedded:ticks", "-R", "0", sql);
    assertThat(created.err(), created.exitCode(), is(0));
  }

  private void records(int count) throws IOException {
    try (BufferedWriter records = Files.newBufferedWriter(folder.resolve("hits.jsonl"))) {
      for (int i = 0; i < count; i++) {
        records.write("{\"n\":" + i + "}\n");
      }
    }
  }

  private CommandLineOutcome sched(String... arguments) {
    List<String> all = new ArrayList<>(List.of("sched"));
    all.addAll(List.of(arguments));
    return CommandLineOutcome.of(home, "", all.toArray(String[]::new));
  }

  private void create(String name, String cron, String sql) {
    CommandLineOutcome created =
        sched("create", name, cron, "-d", folder.toString(), "-r", "embedded:ticks", sql);
    assertThat(created.err(), created.exitCode(), is(0));
  }

  private int publishedTicks() throws SQLException, IOException {
    return Integer.parseInt(
        server.column("SELECT count(*) FROM pgresult.run WHERE state = 'success'").get(0));
  }

  /** The process ids of servers that execute a run. */
  private List<String> running() throws SQLException, IOException {
    return server.column(
        "SELECT s.pid FROM pgresult.server s JOIN pgresult.run r ON r.server = s.id"
            + " WHERE r.state = 'running'");
  }

  private void kill(List<String> pids) {
    processes.stream()
        .filter(process -> pids.contains(Long.toString(process.pid())))
        .forEach(Process::destroyForcibly);
  }

  private void until(String what, Callable<Boolean> condition) {
    await()
        .alias(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              if (processes.stream().noneMatch(Process::isAlive)) {
                throw new AssertionError("no server is left before " + what + ": " + allSaid());
              }
              return condition.call();
            });
  }

  private Process serveHastily(Instant reallyBegan) throws IOException {
    return java(
        "serve",
        HastyServe.class,
        home.toString(),
        BEGAN.toString(),
        reallyBegan.toString(),
        Integer.toString(FASTER));
  }

  private Process serve(String name, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of("serve"));
    all.addAll(List.of(options));
    return java(name, Main.class, all.toArray(String[]::new));
  }

  private Process java(String name, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PGRESULT_HOME", home.toString());
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(name).toFile()))
            .start();
    processes.add(process);
    return process;
  }

  private String said(String name) throws IOException {
    return Files.readString(home.resolve(name));
  }

  private String allSaid() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : List.of("serve", "impatient", "patient")) {
      all.append(Files.exists(home.resolve(name)) ? said(name) : "");
    }
    return all.toString();
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), is(true));
    return process.exitValue();
  }
}
