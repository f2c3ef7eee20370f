package io.resultsink.pipelines;

import io.resultsink.pipelines.embedded.Address;
import io.resultsink.pipelines.embedded.EmbeddedServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The embedded server of a test's own home folder, on a port of its own. */
final class TryOutServer implements AutoCloseable {

  private final EmbeddedServer server;
  private final Address address;

  TryOutServer(Path home) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server = EmbeddedServer.home(home, port);
    address = server.start();
  }

  /** A database's or, with a table, a target's URL, without the password. */
  String url() {
    return address.url();
  }

  String passwordReference() {
    return "file:" + address.passwordFile();
  }

  private Connection connect() throws SQLException, IOException {
    String jdbc =
        "jdbc:postgresql://" + address.host() + ":" + address.port() + "/" + address.database();
    return DriverManager.getConnection(
        jdbc, address.user(), Files.readString(address.passwordFile()).strip());
  }

  void execute(String sql) throws SQLException, IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of a query's rows. */
  List<String> column(String sql) throws SQLException, IOException {
    List<String> values = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  List<String> stagingTables() throws SQLException, IOException {
    return column(
        "SELECT relname FROM pg_class WHERE relname LIKE 'result_sink%' AND relkind = 'r'"
            + " AND relname <> 'result_sink_ledger'");
  }

  @Override
  public void close() {
    server.stop();
  }
}
