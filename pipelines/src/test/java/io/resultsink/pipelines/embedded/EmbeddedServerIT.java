package io.resultsink.pipelines.embedded;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServerIT {

  private static Path binaries;

  @TempDir Path home;

  private final List<EmbeddedServer> started = new ArrayList<>();

  /** Unpacked once for all tests. */
  @BeforeAll
  static void unpack(@TempDir Path shared) throws IOException {
    ServerBinaries.unpackedIn(shared);
    binaries = shared.resolve("binaries-" + ServerArchive.forThisMachine().digest());
  }

  @BeforeEach
  void useUnpacked() throws IOException {
    Files.createDirectory(home.resolve("embedded"));
    Files.createSymbolicLink(home.resolve("embedded").resolve(binaries.getFileName()), binaries);
  }

  @AfterEach
  void stopServers() {
    started.forEach(EmbeddedServer::stop);
  }

  @Test
  void keepsItsDataFromStartToStart() throws Exception {
    EmbeddedServer server = server(freePort());
    Address address = server.start();
    assertThat(address.url(), is("postgresql://results@127.0.0.1:" + address.port() + "/results"));
    execute(address, "CREATE TABLE kept AS SELECT 1 AS one");
    assertThat(server.stop(), is(true));
    assertThat(server.stop(), is(false));
    assertThat(server.status().address().isPresent(), is(false));

    Address again = server.start();

    assertThat(again, equalTo(address));
    assertThat(server.start(), equalTo(address));
    assertThat(query(again, "SELECT one FROM kept"), is("1"));
    assertThat(server.status().address().orElseThrow(), equalTo(address));
  }

  @Test
  void roleOwnsItsDatabaseAndNothingElse() throws Exception {
    Address address = server(freePort()).start();

    assertThat(
        query(address, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = user"),
        is("f"));
    execute(address, "CREATE SCHEMA mine");
    assertThat(query(address, "SHOW listen_addresses"), is("127.0.0.1"));
    String socketFolder = Files.readAllLines(postmasterFile()).get(4);
    assertThat(socketFolder, is(""));
    assertThat(query(address, "SELECT upper('é')"), is(upperOfAccent(address)));
  }

  @Test
  void letsNobodyInWithoutThePassword() throws Exception {
    Address address = server(freePort()).start();

    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(address.passwordFile())),
        is("rw-------"));
    Path passFile = home.resolve("embedded/pgpass");
    assertThat(address.libpqUrl(15), is(address.url() + "?passfile=" + passFile));
    assertThat(
        address.libpqUrl(16),
        is(address.url() + "?passfile=" + passFile + "&require_auth=scram-sha-256"));
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(passFile)), is("rw-------"));
    assertThat(
        Files.readString(passFile), is("127.0.0.1:*:results:results:" + password(address) + "\n"));
    for (String user : List.of(address.user(), "postgres")) {
      SQLException refused =
          assertThrows(
              SQLException.class, () -> DriverManager.getConnection(jdbc(address), user, "guess"));
      assertThat(user, refused.getSQLState(), is("28P01"));
    }
    String log = Files.readString(home.resolve("embedded/server.log"));
    assertThat(log, not(containsString(password(address))));
  }

  @Test
  void startsOnceHoweverManyAskAtOnce() throws Exception {
    int port = freePort();
    ExecutorService commands = Executors.newFixedThreadPool(4);
    try {
      List<Future<Address>> asked = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        EmbeddedServer server = server(port);
        asked.add(commands.submit(server::start));
      }
      Set<String> processes = new HashSet<>();
      for (Future<Address> answer : asked) {
        processes.add(query(answer.get(), "SELECT pg_postmaster_start_time()"));
      }
      assertThat(processes.toString(), processes.size(), is(1));
    } finally {
      commands.shutdownNow();
    }
  }

  @Test
  void saysWhenItsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      EmbeddedServer server = server(taken.getLocalPort());

      Exception refused = assertThrows(DatabaseUnavailableException.class, server::start);

      assertThat(
          refused.getMessage(),
          allOf(
              startsWith("port " + taken.getLocalPort() + ", the port"),
              containsString("is in use by another program; nothing was started"),
              containsString("Set PGRESULT_PORT to a free port")));
      assertThat(server.status().address().isPresent(), is(false));
    }
  }

  @Test
  void refusesDataOfAnotherMajorVersion() throws Exception {
    EmbeddedServer server = server(freePort());
    server.start();
    server.stop();
    Path version = home.resolve("embedded/data/PG_VERSION");
    Files.writeString(version, "9\n");

    Exception refused = assertThrows(DatabaseUnavailableException.class, server::start);

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("are of PostgreSQL 9, this pgresult brings PostgreSQL "),
            containsString("nothing was changed"),
            containsString(" mv " + version.getParent() + " ")));
  }

  @Test
  void startsAfterItsProcessWasKilled() throws Exception {
    EmbeddedServer server = server(freePort());
    Address address = server.start();
    execute(address, "CREATE TABLE kept AS SELECT 1 AS one");
    Path postmaster = postmasterFile();
    long pid = Long.parseLong(Files.readAllLines(postmaster).get(0));
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();

    process.destroyForcibly();
    process.onExit().get();
    assertThat(Files.exists(postmaster), is(true));
    assertThat(server.status().address().isPresent(), is(false));

    assertThat(query(server.start(), "SELECT one FROM kept"), is("1"));
  }

  private EmbeddedServer server(int port) {
    EmbeddedServer server = EmbeddedServer.home(home, port);
    started.add(server);
    return server;
  }

  private Path postmasterFile() {
    return home.resolve("embedded/data/postmaster.pid");
  }

  /** The builtin locale came with PostgreSQL 17; before, only ASCII letters have two cases. */
  private static String upperOfAccent(Address address) throws Exception {
    return Integer.parseInt(query(address, "SHOW server_version_num")) >= 170000 ? "É" : "é";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static String jdbc(Address address) {
    return "jdbc:postgresql://127.0.0.1:" + address.port() + "/" + address.database();
  }

  private static String password(Address address) throws IOException {
    return Files.readString(address.passwordFile()).strip();
  }

  private static Connection connect(Address address) throws Exception {
    return DriverManager.getConnection(jdbc(address), address.user(), password(address));
  }

  private static void execute(Address address, String sql) throws Exception {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(Address address, String sql) throws Exception {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
