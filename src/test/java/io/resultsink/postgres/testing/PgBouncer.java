package io.resultsink.postgres.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A PgBouncer in transaction mode before the server of a test, on loopback. */
public final class PgBouncer implements AutoCloseable {

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin/pgbouncer"), Path.of("/usr/bin/pgbouncer"));

  private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

  private final int port;
  private final Process process;
  private final Path log;

  private PgBouncer(int port, Process process, Path log) {
    this.port = port;
    this.process = process;
    this.log = log;
  }

  /** Whether there is one on this machine. */
  public static boolean isInstalled() {
    return program().isPresent();
  }

  private static Optional<Path> program() {
    return Stream.concat(
            PLACES.stream(),
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, "pgbouncer")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @param folder where its configuration is to be; removed by whoever made it
   * @param settings of its ini file, beside those that it cannot do without
   */
  public static PgBouncer start(Path folder, TestingPostgres server, Map<String, String> settings) {
    int port = OwnServer.freePort();
    Path log = folder.resolve("pgbouncer.log");
    List<String> lines = new ArrayList<>();
    lines.add("[databases]");
    lines.add("* = host=" + server.host() + " port=" + server.port());
    lines.add("[pgbouncer]");
    lines.add("listen_addr = 127.0.0.1");
    lines.add("listen_port = " + port);
    lines.add("unix_socket_dir =");
    lines.add("auth_type = scram-sha-256");
    lines.add("auth_file = " + folder.resolve("users.txt"));
    lines.add("pool_mode = transaction");
    lines.add("ignore_startup_parameters = extra_float_digits");
    settings.forEach((name, value) -> lines.add(name + " = " + value));
    List<String> users = new ArrayList<>();
    for (String role :
        List.of(TestingPostgres.SINK, TestingPostgres.READER, TestingPostgres.STRANGER)) {
      users.add("\"" + role + "\" \"" + TestingPostgres.PASSWORD + "\"");
    }
    try {
      Files.write(folder.resolve("users.txt"), users);
      Files.write(folder.resolve("pgbouncer.ini"), lines);
      List<String> command = OwnServer.asOrdinaryUser();
      command.add(program().orElseThrow().toString());
      command.add(folder.resolve("pgbouncer.ini").toString());
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      PgBouncer started = new PgBouncer(port, process, log);
      await().alias("PgBouncer answers").atMost(LONG_ENOUGH).until(started::isAnswering);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isAnswering() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(Files.readString(log, StandardCharsets.UTF_8));
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Where its clients find it, on {@code localhost}. */
  public int port() {
    return port;
  }

  /** Stops it; sessions of its own with the server end. */
  @Override
  public void close() {
    process.destroy();
    await().alias("PgBouncer ends").atMost(LONG_ENOUGH).until(() -> !process.isAlive());
  }
}
