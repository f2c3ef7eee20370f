package io.resultsink.pipelines.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A Flink session cluster on loopback: a JobManager and a TaskManager, each a process of its own.
 *
 * <p>Their class path is Flink's alone, so that Beam, the sink and the driver come with a job as
 * they do on a cluster that somebody else runs.
 */
final class FlinkCluster implements AutoCloseable {

  /** How long anything may take where many builds share a machine. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Flink's own jars and those that these need, by their place in a Maven repository. */
  private static final Pattern FLINK =
      Pattern.compile(
          "/org/apache/flink/|/com/esotericsoftware/|/com/twitter/chill|/org/javassist/"
              + "|/commons-(cli|collections|compress|io|lang3|math3|text)/|/org/lz4/|/org/objenesis/"
              + "|/org/snakeyaml/|/org/xerial/snappy/|/org/slf4j/|/async-profiler/");

  private final Path folder;
  private final int restPort = freePort();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<OwnProcess> processes = new ArrayList<>();
  private OwnProcess jobManager;
  private OwnProcess taskManager;

  private FlinkCluster(Path folder) {
    this.folder = folder;
    configure();
    jobManager = process("jobmanager", "runtime.entrypoint.StandaloneSessionClusterEntrypoint");
    taskManager = process("taskmanager", "runtime.taskexecutor.TaskManagerRunner");
  }

  /** Starts one and waits for its slots; {@code folder} takes its configuration. */
  static FlinkCluster start(Path folder) {
    FlinkCluster cluster = new FlinkCluster(folder);
    try {
      cluster.awaitSlots();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private void configure() {
    List<String> settings =
        List.of(
            "jobmanager.rpc.address: localhost",
            "jobmanager.rpc.port: " + freePort(),
            "jobmanager.bind-host: localhost",
            "rest.address: localhost",
            "rest.bind-address: localhost",
            "rest.port: " + restPort,
            "taskmanager.host: localhost",
            "taskmanager.bind-host: localhost",
            "taskmanager.numberOfTaskSlots: 2",
            "taskmanager.cpu.cores: 2.0",
            "taskmanager.memory.framework.heap.size: 64mb",
            "taskmanager.memory.task.heap.size: 320mb",
            "taskmanager.memory.framework.off-heap.size: 64mb",
            "taskmanager.memory.task.off-heap.size: 0b",
            "taskmanager.memory.network.min: 128mb",
            "taskmanager.memory.network.max: 128mb",
            "taskmanager.memory.managed.size: 64mb",
            "taskmanager.memory.jvm-metaspace.size: 256mb",
            "taskmanager.memory.jvm-overhead.min: 64mb",
            "taskmanager.memory.jvm-overhead.max: 64mb",
            "restart-strategy.type: fixed-delay",
            "restart-strategy.fixed-delay.attempts: 5",
            "restart-strategy.fixed-delay.delay: 1s",
            // A TaskManager that is gone is missed after two heartbeats, a slow one is not.
            "heartbeat.interval: 1000",
            "heartbeat.timeout: 60000",
            "io.tmp.dirs: " + folder,
            "blob.storage.directory: " + folder);
    try {
      Files.write(folder.resolve("config.yaml"), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OwnProcess process(String name, String main) {
    OwnProcess started =
        OwnProcess.java(
            name,
            OwnProcess.classPath(jar -> FLINK.matcher(jar).find()),
            "org.apache.flink." + main,
            "--configDir",
            folder.toString());
    processes.add(started);
    return started;
  }

  private void awaitSlots() {
    jobManager.whileAlive(
        "the slots of a TaskManager",
        PATIENCE,
        () -> {
          if (!taskManager.isAlive()) {
            throw new AssertionError("the TaskManager ended:\n" + taskManager.err());
          }
          return overview().path("slots-available").asInt() == 2;
        });
  }

  private JsonNode overview() {
    try {
      return json("/overview");
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof ConnectException) {
        return new ObjectMapper().createObjectNode();
      }
      throw e;
    }
  }

  /** As {@code --flinkMaster} takes it. */
  String master() {
    return "localhost:" + restPort;
  }

  /** Kills the TaskManager as {@code kill -9} does; another takes over. */
  void killTaskManager() {
    taskManager.close();
    taskManager = process("taskmanager", "runtime.taskexecutor.TaskManagerRunner");
  }

  /** Kills the JobManager; nobody takes over, and what it knew of its jobs is gone. */
  void killJobManager() {
    jobManager.close();
  }

  /** The id of the job that was submitted last. */
  String newestJob() {
    JsonNode newest = null;
    for (JsonNode job : json("/jobs/overview").path("jobs")) {
      if (newest == null || newest.path("start-time").asLong() < job.path("start-time").asLong()) {
        newest = job;
      }
    }
    return String.valueOf(newest == null ? null : newest.path("jid").asText());
  }

  /** How many failures a job has come across, by Flink's own account. */
  int failures(String job) {
    return json("/jobs/" + job + "/exceptions").path("exceptionHistory").path("entries").size();
  }

  /** Asks for the end of a job as the web interface does. */
  void cancel(String job) {
    send(
        request("/jobs/" + job + "?mode=cancel")
            .method("PATCH", HttpRequest.BodyPublishers.noBody()));
  }

  /** What the REST API answers, whatever it is. */
  String get(String path) {
    return send(request(path).GET());
  }

  /** As {@link #get}, read. */
  JsonNode json(String path) {
    try {
      return new ObjectMapper().readTree(get(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + master() + path))
        .timeout(Duration.ofMinutes(1));
  }

  private String send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The processes that run or ran it. */
  List<OwnProcess> processes() {
    return List.copyOf(processes);
  }

  /** All that its processes have logged, at the level that is Flink's default. */
  String logs() {
    StringBuilder logs = new StringBuilder();
    processes.forEach(process -> logs.append(process.out()).append(process.err()));
    return logs.toString();
  }

  @Override
  public void close() {
    processes.forEach(OwnProcess::close);
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
