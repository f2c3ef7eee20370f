package io.resultsink.postgres.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of a test's own, for what cannot be done to one that others use: it may
 * crash, encrypt, or follow another. Of the same version as {@link TestingPostgres}, on loopback.
 */
public final class OwnServer implements AutoCloseable {

  private final Path data;
  private final int port;
  private final Path programs;

  private OwnServer(Path data) {
    this.data = data;
    this.port = freePort();
    this.programs = programs();
  }

  /**
   * Creates and starts one.
   *
   * @param folder where its data are to be; removed by whoever made it
   * @param settings of postgresql.conf, beside those that all servers of the tests have
   */
  public static OwnServer start(Path folder, Map<String, String> settings) {
    OwnServer server = new OwnServer(folder.resolve("data"));
    server.run(
        "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", server.data.toString());
    server.configure(settings);
    server.start();
    return server;
  }

  /** One over data that are there already, such as a copy of another's; not started. */
  public static OwnServer over(Path data, Map<String, String> settings) {
    OwnServer server = new OwnServer(data);
    server.configure(settings);
    return server;
  }

  private void configure(Map<String, String> settings) {
    List<String> lines = new ArrayList<>();
    lines.add("listen_addresses = '127.0.0.1'");
    lines.add("port = " + port);
    lines.add("unix_socket_directories = ''");
    lines.add("timezone = 'America/Los_Angeles'");
    lines.add("wal_level = logical");
    lines.add("max_connections = 100");
    settings.forEach((name, value) -> lines.add(name + " = '" + value.replace("'", "''") + "'"));
    try {
      Files.write(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
      Files.write(data.resolve("pg_hba.conf"), TestingPostgres.AUTHENTICATION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** Its data directory. */
  public Path data() {
    return data;
  }

  /** For {@link TestDatabase}, with the roles of the tests; while it runs. */
  public TestingPostgres postgres() {
    return TestingPostgres.of(this);
  }

  /** Starts it, and waits until it answers; after a crash it recovers first. */
  public void start() {
    run("pg_ctl", "start", "-w", "-D", data.toString(), "-l", data + ".log");
  }

  /** Stops it in order: sessions are ended, transactions rolled back. */
  public void stop() {
    run("pg_ctl", "stop", "-w", "-m", "fast", "-D", data.toString());
  }

  /** Stops it as a crash does: nothing is written any more, sessions see their end. */
  public void crash() {
    run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data.toString());
  }

  /** Makes a standby the primary; it is one when this returns. */
  public void promote() {
    run("pg_ctl", "promote", "-w", "-D", data.toString());
  }

  /**
   * A standby of a server that is stopped now, over a copy of its data. It follows nobody, knows
   * what was written until now, and is not started.
   */
  public static OwnServer standbyOf(OwnServer stopped, Path folder, Map<String, String> settings) {
    try (Stream<Path> files = Files.walk(stopped.data)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            folder.resolve(stopped.data.relativize(file)),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
      Files.createFile(folder.resolve("standby.signal"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return over(folder, settings);
  }

  @Override
  public void close() {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      crash();
    }
  }

  private void run(String program, String... arguments) {
    List<String> command = asOrdinaryUser();
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Programs.run(command);
  }

  /** What begins a command that refuses to run as root. */
  static List<String> asOrdinaryUser() {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("unshare", "-U"));
    }
    return command;
  }

  /** Where the shared server's programs were unpacked. */
  private static Path programs() {
    try (Connection connection = TestingPostgres.get().maintenance()) {
      return Path.of(
          TestDatabase.rows(connection, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
              .get(0)
              .get(0));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
