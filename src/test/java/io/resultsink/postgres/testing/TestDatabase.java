package io.resultsink.postgres.testing;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A database for one test. It goes with the test, which fails when the sink left a session in it.
 *
 * <p>Roles meet settings that nobody should rely on: the sink's default isolation is REPEATABLE
 * READ, its dates are German, and its own schema is found by the search path alone.
 */
public final class TestDatabase implements BeforeEachCallback, AfterEachCallback {

  /** The schema that the sink's role owns and finds first. */
  public static final String SCHEMA = "results";

  /**
   * A pipeline that fails may tear down no step; idle sessions are then closed after 20 seconds,
   * looked for every ten.
   */
  private static final Duration SESSIONS_END = Duration.ofSeconds(20);

  private final TestingPostgres server;
  private final String name =
      "sink_test_" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
  private String options = "";
  private int portBefore;
  private @Nullable PostgresProxy network;

  /** A database of the server that all tests share. */
  public TestDatabase() {
    this(TestingPostgres.get());
  }

  /** A database of another server. */
  public TestDatabase(TestingPostgres server) {
    this.server = server;
  }

  /** With URLs that lead through a proxy of its own. */
  public TestDatabase behindProxy() {
    network = PostgresProxy.to(server);
    through(network);
    return this;
  }

  /** With an encoding other than UTF8, of texts that the locale C sorts. */
  public TestDatabase encodedAs(String encoding) {
    options = " ENCODING '" + encoding + "' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    return this;
  }

  /** The proxy of {@link #behindProxy()}. */
  public PostgresProxy network() {
    return Objects.requireNonNull(network);
  }

  /** Lets the URLs of this database from now on lead through a proxy. */
  public void through(PostgresProxy network) {
    this.portBefore = network.port();
  }

  /** Lets the URLs of this database from now on lead through a pooler. */
  public void through(PgBouncer pooler) {
    this.portBefore = pooler.port();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    create();
  }

  /** Creates it, where no test's life cycle does. */
  public void create() throws SQLException {
    try (Connection connection = server.maintenance();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + options);
      statement.execute("ALTER DATABASE " + name + " SET timezone = 'America/Los_Angeles'");
      String sinkHere = "ALTER ROLE " + TestingPostgres.SINK + " IN DATABASE " + name + " SET ";
      statement.execute(sinkHere + "search_path = " + SCHEMA + ", public");
      statement.execute(sinkHere + "default_transaction_isolation = 'repeatable read'");
      statement.execute(sinkHere + "datestyle = 'German, DMY'");
      statement.execute(sinkHere + "bytea_output = 'escape'");
    }
    execute(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "CREATE SCHEMA " + SCHEMA + " AUTHORIZATION " + TestingPostgres.SINK,
        "GRANT USAGE ON SCHEMA " + SCHEMA + " TO " + TestingPostgres.READER,
        "GRANT ALL ON SCHEMA " + SCHEMA + " TO " + TestingPostgres.TEAM);
  }

  @Override
  public void afterEach(ExtensionContext context) throws SQLException {
    if (context.getExecutionException().isEmpty()) {
      Rejecting.requireEachOnce(this);
    }
    if (network != null) {
      network.close();
    }
    if (server == TestingPostgres.get() && !sessions().isEmpty()) {
      // Those that go by themselves after a while do so while the class's other tests run.
      ofClass(context)
          .getStore(ExtensionContext.Namespace.create(name))
          .put(name, closing(context));
    } else {
      drop();
    }
  }

  private AutoCloseable closing(ExtensionContext test) {
    return () -> {
      try {
        drop();
      } catch (AssertionError e) {
        throw new AssertionError(test.getUniqueId(), e);
      }
    };
  }

  private static ExtensionContext ofClass(ExtensionContext test) {
    ExtensionContext context = test;
    while (context.getTestMethod().isPresent()) {
      context = context.getParent().orElseThrow();
    }
    return context;
  }

  private void drop() throws SQLException {
    try {
      assertNoSessions();
    } finally {
      try (Connection connection = server.maintenance();
          Statement statement = connection.createStatement()) {
        statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
      }
    }
  }

  public String name() {
    return name;
  }

  public TestingPostgres server() {
    return server;
  }

  /** The URL of a table as the sink's role; {@code tail} is {@code table?options}, encoded. */
  public String url(String tail) {
    return urlAs(TestingPostgres.SINK, tail);
  }

  /** As {@link #url}, for another role. */
  public String urlAs(String role, String tail) {
    return "postgresql://"
        + role
        + ":"
        + TestingPostgres.ENCODED_PASSWORD
        + "@"
        + (portBefore == 0 ? server.host() : "localhost")
        + ":"
        + (portBefore == 0 ? server.port() : portBefore)
        + "/"
        + name
        + "/"
        + tail;
  }

  /** A superuser's session; the caller closes it. */
  public Connection superuser() throws SQLException {
    return server.superuser(name);
  }

  /** A session of one of the roles; the caller closes it. */
  public Connection connect(String role) throws SQLException {
    return server.connect(name, role);
  }

  /** Runs statements as the superuser. */
  public void execute(String... statements) {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs statements as one of the roles. */
  public void executeAs(String role, String... statements) {
    try (Connection connection = connect(role);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The rows of a query, each value as text, NULL as null. */
  public List<List<String>> rows(String sql, Object... parameters) {
    try (Connection connection = superuser()) {
      return rows(connection, sql, parameters);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The rows of a query in a session of the caller's. */
  public static List<List<String>> rows(Connection connection, String sql, Object... parameters)
      throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= results.getMetaData().getColumnCount(); column++) {
            row.add(results.getString(column));
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  /** The first column of a query's rows. */
  public List<String> column(String sql, Object... parameters) {
    return rows(sql, parameters).stream().map(row -> row.get(0)).toList();
  }

  /** The only value of a query. */
  public String value(String sql, Object... parameters) {
    List<List<String>> rows = rows(sql, parameters);
    if (rows.size() != 1 || rows.get(0).size() != 1) {
      throw new IllegalStateException(sql + " gave " + rows);
    }
    return rows.get(0).get(0);
  }

  /** Sessions of others than the fixture with this database, as application name and state. */
  public List<List<String>> sessions() {
    return rows(
        """
        SELECT application_name, state, query FROM pg_stat_activity
        WHERE datname = ? AND backend_type = 'client backend' AND application_name <> ?
        """,
        name,
        TestingPostgres.FIXTURE);
  }

  /** Ends them, as an administrator does; when this returns they are gone. */
  public void terminateSessions() {
    rows(
        """
        SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
        WHERE datname = ? AND backend_type = 'client backend' AND application_name <> ?
        """,
        name,
        TestingPostgres.FIXTURE);
  }

  /** Until nothing of the sink's is going on; pooled sessions may be there for a while still. */
  public void awaitNoWork() {
    awaitSessions("sessions of the sink are idle")
        .until(() -> sessions().stream().allMatch(session -> "idle".equals(session.get(1))));
  }

  /** That whatever the sink opened was closed. */
  public void assertNoSessions() {
    awaitSessions("sessions of the sink end")
        .untilAsserted(() -> assertThat("sessions left behind", sessions(), is(empty())));
  }

  /** Looked at once first: most tests have nothing to wait for. */
  private static ConditionFactory awaitSessions(String what) {
    return await()
        .alias(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(25))
        .atMost(SESSIONS_END);
  }

  /** Staging tables, wherever they are; without those beside them. */
  public List<String> stagingTables() {
    return stagingTables("relname NOT LIKE '%\\_t' AND relname NOT LIKE '%\\_r'");
  }

  private List<String> stagingTables(String which) {
    return column(
        """
        SELECT oid::regclass::text FROM pg_class
        WHERE relname LIKE 'result\\_sink\\_%' AND relname NOT IN ('result_sink_ledger', 'result_sink_rejects')
        AND relkind IN ('r', 'p') AND
        """
            + which
            + " ORDER BY 1");
  }

  /** Drops a staging table, those beside it with it; a sealed one has none. */
  public void dropStaging(String table) {
    execute("DROP TABLE IF EXISTS " + table + "_t, " + table + "_r", "DROP TABLE " + table);
  }

  /** That a success left no staging table. */
  public void assertNothingStaged() {
    assertThat("staging tables left behind", stagingTables("true"), is(empty()));
  }

  /** That there is a ledger, and only this one. */
  public void assertLedgerIn(String schema) {
    assertThat(
        column("SELECT relnamespace::regnamespace FROM pg_class WHERE relname = ?", LEDGER),
        contains(schema));
  }

  /** The name of the table that records what was published. */
  public static final String LEDGER = "result_sink_ledger";

  /** Rows of the ledger of the sink's own schema, 0 when there is none. */
  public long ledgerRows() {
    boolean exists = value("SELECT to_regclass(?) IS NOT NULL", SCHEMA + "." + LEDGER).equals("t");
    return exists ? Long.parseLong(value("SELECT count(*) FROM " + SCHEMA + "." + LEDGER)) : 0;
  }
}
