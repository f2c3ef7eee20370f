package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An embedded PostgreSQL that keeps what it is given. Its settings are the server's defaults, but
 * for two. With the defaults a load of this size would measure checkpoints. One begins for every
 * gigabyte of write-ahead log, and each page that is changed after it is logged whole.
 */
final class BenchServer implements AutoCloseable {

  private static final String MAX_WAL_SIZE = "16GB";

  /** The manual's recommendation to begin with: chapter Resource Consumption, shared_buffers. */
  private static final int PARTS_OF_MEMORY = 4;

  /** The settings that the figures depend on. */
  private static final List<String> SETTINGS =
      List.of(
          "server_version",
          "fsync",
          "synchronous_commit",
          "full_page_writes",
          "wal_level",
          "wal_sync_method",
          "max_wal_size",
          "checkpoint_timeout",
          "shared_buffers",
          "autovacuum");

  private final Path folder;
  private final OwnServer server;
  private final TestDatabase database;

  private BenchServer(Path folder, OwnServer server, TestDatabase database) {
    this.folder = folder;
    this.server = server;
    this.database = database;
  }

  /** Starts one whose data are in a folder of their own, which goes with it. */
  static BenchServer start(Path parent) throws IOException, SQLException {
    Path folder = Files.createTempDirectory(parent, "server");
    OwnServer server = OwnServer.start(folder, ownSettings());
    // Ctrl-C leaves no server behind.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    try {
      TestDatabase database = new TestDatabase(server.postgres());
      database.create();
      requireDurable(database);
      return new BenchServer(folder, server, database);
    } catch (RuntimeException | SQLException e) {
      server.close();
      throw e;
    }
  }

  private static Map<String, String> ownSettings() {
    long buffers = Machine.memoryBytes() / PARTS_OF_MEMORY;
    return Map.of(
        "wal_level",
        "replica",
        "shared_buffers",
        (buffers >> 20) + "MB",
        "max_wal_size",
        MAX_WAL_SIZE);
  }

  private static void requireDurable(TestDatabase database) {
    for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
      String value = database.value("SELECT current_setting(?)", setting);
      if (!value.equals("on")) {
        throw new IllegalStateException(
            "the server has " + setting + "=" + value + "; figures are worth something with on");
      }
    }
  }

  TestDatabase database() {
    return database;
  }

  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : SETTINGS) {
      settings.put(setting, database.value("SELECT current_setting(?)", setting));
    }
    return settings;
  }

  @Override
  public void close() throws IOException {
    server.stop();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
