package io.resultsink.postgres.security;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.ShownPipeline;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.testing.Canary;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.PostgresProxy;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A password is seen nowhere: whatever is logged, shown, stored or thrown, in success or failure.
 */
@Tag("attack")
class SecretsIT {

  private static final long ROWS = 1_000;

  private static OwnServer server;
  private static Path folder;

  @RegisterExtension final TestDatabase database = new TestDatabase(server.postgres());

  private final Canary canary = new Canary("Zq7/känguru@ %b0X+42");
  private TestTable table;

  @BeforeAll
  static void start(@TempDir Path temporary) {
    folder = temporary;
    server =
        OwnServer.start(
            folder,
            Map.of(
                "log_statement", "all",
                "log_connections", "on",
                "log_line_prefix", "%a %q%u@%d ",
                "log_min_messages", "debug1",
                "log_parameter_max_length", "-1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void giveARoleThePassword() {
    database.execute(
        "DROP ROLE IF EXISTS canary",
        "SET log_statement = 'none'; CREATE ROLE canary LOGIN PASSWORD '" + canary.password() + "'",
        "GRANT ALL ON SCHEMA results TO canary");
    table = TestTable.missing(database, "Secret");
    canary.listen(); // from here on, since a test must say it once
  }

  @AfterEach
  void silence() {
    canary.close();
    database.execute("DROP OWNED BY canary", "DROP ROLE canary");
  }

  @Test
  void aLiteralPasswordOfASuccessIsSeenNowhere() throws Exception {
    PostgresResultSink sink = PostgresResultSink.to(url(canary.encoded()));
    PipelineResult result = published(sink);
    canary.lookInto("metrics", result.metrics().allMetrics());
    canary.lookInto("lineage", Lineage.query(result.metrics(), Lineage.Type.SINK));
    canary.lookInto("ledger", database.rows("SELECT l::text FROM results.result_sink_ledger AS l"));
    lookIntoObjects();
    assertUnseen();
    assertThat(
        "the literal travels",
        new String(SerializableUtils.serializeToByteArray(sink), "UTF-8"),
        containsString(canary.password()));
  }

  @Test
  void aReferenceTravelsWithoutThePassword() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), canary.password() + "\n");
    PostgresResultSink sink =
        PostgresResultSink.to(url(null)).withPassword(Secret.file(file.toString()));
    canary.lookInto("the serialized sink", SerializableUtils.serializeToByteArray(sink));
    published(sink);
    assertUnseen();
  }

  @Test
  void aDataSourcesPasswordIsSeenNowhere() throws Exception {
    published(
        PostgresResultSink.toTable("results." + table.encoded())
            .withDataSourceConfiguration(
                JdbcIO.DataSourceConfiguration.create(
                        "org.postgresql.Driver",
                        "jdbc:postgresql://localhost:" + server.port() + "/" + database.name())
                    .withUsername("canary")
                    .withPassword(canary.password())));
    // The sink leaves a DataSource of the user's open.
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'canary'");
    assertUnseen();
  }

  @Test
  void aWrongPasswordIsSeenNowhere() {
    database.execute("SET log_statement = 'none'; ALTER ROLE canary PASSWORD 'another'");
    failed(PostgresResultSink.to(url(canary.encoded())), SampleRows.many(ROWS));
  }

  @Test
  void aRefusedConnectionShowsNoPassword() {
    String closed = url(canary.encoded()).replace(":" + server.port(), ":1");
    failed(PostgresResultSink.to(closed), SampleRows.many(ROWS));
  }

  @Test
  void aSessionThatIsLostInTheMiddleShowsNoPassword() throws Exception {
    try (PostgresProxy network = PostgresProxy.to(database.server())) {
      PostgresProxy.Fault lost = network.when("^COPY ").cut();
      published(PostgresResultSink.to(through(network)));
      assertThat(lost.met(), is(1));
      assertUnseen();
    }
  }

  @Test
  @Tag("torture")
  void aServerThatIsGoneForGoodShowsNoPassword() {
    try (PostgresProxy network = PostgresProxy.to(database.server())) {
      network
          .when("^COPY ")
          .first(
              () -> {
                network.refuse();
                network.cutAll();
              });
      failed(PostgresResultSink.to(through(network)), SampleRows.many(ROWS));
    }
  }

  private String through(PostgresProxy network) {
    return url(canary.encoded()).replace(":" + server.port(), ":" + network.port());
  }

  @Test
  void badRowsShowNoPassword() {
    database.execute(
        "CREATE TABLE " + table.quoted() + " (id bigint, name varchar(3), score float8)",
        "GRANT ALL ON " + table.quoted() + " TO canary");
    failed(PostgresResultSink.to(url(canary.encoded())), SampleRows.many(ROWS));
    Schema key = Schema.builder().addInt64Field("id").build();
    database.execute("ALTER TABLE " + table.quoted() + " ADD UNIQUE (id)");
    failed(
        PostgresResultSink.to(url(canary.encoded())), SampleRows.of(key, List.of(1L), List.of(1L)));
    canary.lookInto(
        "staging tables",
        database.rows("SELECT relname, obj_description(oid) FROM pg_class WHERE relkind = 'r'"));
    assertUnseen();
  }

  @Test
  void aUrlWithAMistakeShowsNoPassword() {
    for (String mistake :
        List.of("?mode=upsert", "?pasword=x&", "/more", "?sslmode=on", "#", "@")) {
      try {
        PostgresResultSink.to(url(canary.encoded()) + mistake);
      } catch (RuntimeException e) {
        canary.lookInto("the refusal of " + mistake, e);
        continue;
      }
      throw new AssertionError(mistake + " is taken");
    }
    assertUnseen();
  }

  private String url(String password) {
    return "postgresql://canary"
        + (password == null ? "" : ":" + password)
        + "@localhost:"
        + server.port()
        + "/"
        + database.name()
        + "/results."
        + table.encoded();
  }

  /**
   * Looks at the pipeline before it runs, at the server's sessions meanwhile, and at the result.
   */
  private PipelineResult published(PostgresResultSink sink) throws Exception {
    Pipeline pipeline = Runners.DIRECT.pipeline();
    pipeline
        .apply("Rows", SampleRows.many(ROWS))
        .apply("Publish", sink.withMode(WriteMode.REPLACE));
    ShownPipeline.lookInto(pipeline, canary);
    canary.lookInto("the sink", sink);
    PipelineResult running = pipeline.run();
    do {
      canary.lookInto(
          "pg_stat_activity", database.rows("SELECT a::text FROM pg_stat_activity AS a"));
    } while (!running.getState().isTerminal());
    running.waitUntilFinish();
    assertThat("what is logged is looked into", canary.records(), is(greaterThan(1_000L)));
    assertThat(table.count(), is(ROWS));
    return running;
  }

  private void failed(PostgresResultSink sink, PTransform<PBegin, PCollection<Row>> rows) {
    try {
      Pipeline pipeline = Runners.DIRECT.pipeline();
      pipeline.apply("Rows", rows).apply("Publish", sink);
      Runners.run(pipeline);
    } catch (RuntimeException e) {
      canary.lookInto("the failure", e);
      assertUnseen();
      return;
    }
    throw new AssertionError("published, and should have failed");
  }

  /** Everything on the way from the URL to a session, shown as a debugger or a log line would. */
  private void lookIntoObjects() throws SQLException {
    PostgresTarget target = PostgresTarget.parse(url(canary.encoded()));
    ConnectionSource source = ConnectionSource.of(target);
    canary.lookInto("target", target);
    canary.lookInto("target's builder", target.toBuilder());
    canary.lookInto("secret", target.password());
    canary.lookInto("source", source);
    try (PostgresConnections connections = PostgresConnections.lease(source);
        Session session = connections.borrow()) {
      canary.lookInto("connections", connections);
      canary.lookInto("session", session);
      canary.lookInto("connection", session.connection());
      canary.lookInto("its client info", session.connection().getClientInfo());
      canary.lookInto("its URL", session.connection().getMetaData().getURL());
    }
  }

  private void assertUnseen() {
    try {
      canary.lookInto("the server's log", Files.readString(Path.of(server.data() + ".log")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(canary.seen(), is(empty()));
  }
}
