package io.resultsink.pipelines.benchmark;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.pipelines.embedded.EmbeddedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The embedded server of a home, running, with the database that the commands write. */
final class BenchmarkDatabase implements AutoCloseable {

  /** Asks for a table's content; its name follows. */
  static final String CONTENT =
      "SELECT count(*) || ' rows, ' || sum(hashtextextended(t::text, 0)::numeric) FROM ";

  private static final List<String> SETTINGS =
      List.of("fsync", "synchronous_commit", "max_wal_size", "shared_buffers");

  private final EmbeddedServer server;
  private final Address address;

  private BenchmarkDatabase(EmbeddedServer server) {
    this.server = server;
    this.address = server.start();
  }

  static BenchmarkDatabase start(Path home) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    return new BenchmarkDatabase(EmbeddedServer.home(home, port));
  }

  Address address() {
    return address;
  }

  /** Executes statements. */
  void execute(String... statements) throws SQLException, IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The number of rows of a table, and the sum of their hashes. */
  String content(String table) throws SQLException, IOException {
    return value(CONTENT + table + " AS t");
  }

  private String value(String sql) throws SQLException, IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return String.valueOf(result.getString(1));
    }
  }

  Map<String, String> settings() throws SQLException, IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : SETTINGS) {
      settings.put(name, value("SHOW " + name));
    }
    return settings;
  }

  private Connection connect() throws SQLException, IOException {
    String url =
        "jdbc:postgresql://" + address.host() + ":" + address.port() + "/" + address.database();
    String password = Files.readString(address.passwordFile()).strip();
    return DriverManager.getConnection(url, address.user(), password);
  }

  @Override
  public void close() {
    server.stop();
  }
}
