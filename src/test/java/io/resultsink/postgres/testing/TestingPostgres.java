package io.resultsink.postgres.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL for the test JVM, started when it is first needed and stopped with the JVM.
 *
 * <p>{@code TEST_POSTGRES_URL=postgresql://postgres:secret@localhost:5432/postgres} names a server
 * started by hand instead: a superuser, {@code wal_level=logical}, and password authentication.
 */
public final class TestingPostgres {

  /** The role the sink logs in as: no superuser, and owner of nothing but its own schema. */
  public static final String SINK = "sink";

  /** Needs encoding in a URL, so that decoding it is tested all along. */
  public static final String PASSWORD = "p@ss/of the sink";

  /** {@link #PASSWORD} as a URL writes it. */
  public static final String ENCODED_PASSWORD = "p%40ss%2Fof%20the%20sink";

  /** A role that reads what it was granted. */
  public static final String READER = "reader";

  /** A group role that {@link #SINK} is a member of. */
  public static final String TEAM = "team";

  /** A role that {@link #SINK} is no member of. */
  public static final String STRANGER = "stranger";

  /** Names sessions of the tests, so that all others are the sink's. */
  static final String FIXTURE = "fixture";

  /** Rules of pg_hba.conf: the superuser is trusted, all others give their password. */
  static final List<String> AUTHENTICATION =
      List.of(
          "local all all trust",
          "host all,replication postgres 127.0.0.1/32 trust",
          "host all,replication postgres ::1/128 trust",
          "host all all 127.0.0.1/32 scram-sha-256",
          "host all all ::1/128 scram-sha-256");

  private static @Nullable TestingPostgres instance;

  private final String host;
  private final int port;
  private final String superuser;
  private final @Nullable String superuserPassword;
  private final String maintenanceDatabase;

  private TestingPostgres(
      String host, int port, String superuser, @Nullable String password, String database) {
    this.host = host;
    this.port = port;
    this.superuser = superuser;
    this.superuserPassword = password;
    this.maintenanceDatabase = database;
  }

  /** The server, started now when it was not. */
  public static synchronized TestingPostgres get() {
    if (instance == null) {
      String url = System.getenv("TEST_POSTGRES_URL");
      TestingPostgres started = url == null ? startEmbedded() : parse(url);
      started.createRoles();
      instance = started;
    }
    return instance;
  }

  public String host() {
    return host;
  }

  public int port() {
    return port;
  }

  /** A superuser's session with the database that is there anyway. */
  Connection maintenance() throws SQLException {
    return superuser(maintenanceDatabase);
  }

  /** Runs a statement as the superuser, of the server and not of a test's database. */
  public void executeMaintenance(String sql) throws SQLException {
    try (Connection connection = maintenance();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  Connection superuser(String database) throws SQLException {
    return open(database, superuser, superuserPassword);
  }

  Connection connect(String database, String role) throws SQLException {
    return open(database, role, PASSWORD);
  }

  private Connection open(String database, String user, @Nullable String password)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("ApplicationName", FIXTURE);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host + ":" + port + "/" + database, properties);
  }

  /** A server that a test has started itself, with the roles of the tests. */
  static TestingPostgres of(OwnServer server) {
    TestingPostgres own =
        new TestingPostgres("localhost", server.port(), "postgres", null, "postgres");
    own.createRoles();
    return own;
  }

  private static TestingPostgres startEmbedded() {
    try {
      // initdb's own rules trust everyone, and would let a wrong password in.
      Path rules = Files.createTempFile("pg_hba", ".conf");
      rules.toFile().deleteOnExit();
      Files.write(rules, AUTHENTICATION);
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setServerConfig("hba_file", rules.toString())
              .setServerConfig("timezone", "America/Los_Angeles")
              .setServerConfig("max_connections", "100")
              .setServerConfig("wal_level", "logical")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("fsync", "off")
              .start();
      return new TestingPostgres("localhost", server.getPort(), "postgres", null, "postgres");
    } catch (IOException e) {
      throw new UncheckedIOException("no embedded PostgreSQL; set TEST_POSTGRES_URL", e);
    }
  }

  private static TestingPostgres parse(String url) {
    URI uri = URI.create(url);
    String[] user = uri.getRawUserInfo().split(":", 2);
    return new TestingPostgres(
        uri.getHost(),
        uri.getPort() < 0 ? 5432 : uri.getPort(),
        decode(user[0]),
        user.length < 2 ? null : decode(user[1]),
        decode(uri.getRawPath().substring(1)));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private void createRoles() {
    String login = "LOGIN PASSWORD '" + PASSWORD + "'";
    try (Connection connection = maintenance();
        Statement statement = connection.createStatement()) {
      for (String role :
          List.of(SINK + " " + login, READER + " " + login, STRANGER + " " + login, TEAM)) {
        statement.execute(
            """
            DO $$ BEGIN CREATE ROLE %s; EXCEPTION WHEN duplicate_object THEN NULL; END $$
            """
                .formatted(role));
      }
      statement.execute("GRANT " + TEAM + " TO " + SINK);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot create the roles of the tests", e);
    }
  }
}
