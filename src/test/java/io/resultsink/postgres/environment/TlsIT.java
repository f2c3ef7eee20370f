package io.resultsink.postgres.environment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.testing.Certificates;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.OwnServer;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import io.resultsink.postgres.testing.TestingPostgres;
import io.resultsink.postgres.testing.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server with a real certificate, which takes no password in the clear. */
@Tag("attack")
class TlsIT {

  private static final long ROWS = 2_000;

  private static Path folder;
  private static Certificates certificates;
  private static Path otherRoot;
  private static OwnServer server;

  @RegisterExtension final TestDatabase database = new TestDatabase(server.postgres());

  @BeforeAll
  static void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    certificates = new Certificates(Files.createDirectory(folder.resolve("authority")));
    certificates.issue("right", "localhost", "-1H");
    certificates.issue("expired", "localhost", "-2d");
    certificates.issue("elsewhere", "db.example.com", "-1H");
    otherRoot = new Certificates(Files.createDirectory(folder.resolve("other"))).root();
    Path rules = folder.resolve("pg_hba.conf");
    Files.write(
        rules,
        List.of(
            "local all all trust",
            "hostssl all,replication postgres 127.0.0.1/32 trust",
            "hostssl all all 127.0.0.1/32 scram-sha-256"));
    server =
        OwnServer.start(
            folder,
            Map.of(
                "ssl", "on",
                "hba_file", rules.toString(),
                "ssl_cert_file", file("right.crt"),
                "ssl_key_file", file("right.key")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void serveTheRightCertificate() {
    serve("right");
  }

  static Stream<WriteMode> modes() {
    return Stream.of(WriteMode.REPLACE, WriteMode.APPEND, WriteMode.TRUNCATE, WriteMode.UPDATE)
        .limit(Torture.rounds(1, 4));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aServerWhoseCertificateIsRightIsWrittenTo(WriteMode mode) {
    TestTable table = TestTable.missing(database, "Encrypted");
    Runners.DIRECT.publish(SampleRows.many(ROWS), verified(table, mode, certificates.root()));
    Runners.DIRECT.publish(SampleRows.many(ROWS), verified(table, mode, certificates.root()));
    String twice =
        mode == WriteMode.APPEND
            ? SampleRows.sql(ROWS) + " UNION ALL " + SampleRows.sql(ROWS)
            : SampleRows.sql(ROWS);
    assertThat(table.difference(SampleRows.COLUMNS, twice), is(empty()));
    database.assertNothingStaged();
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    assertRefused(verifying("verify-full", otherRoot), "sslrootcert", "certificate");
    assertRefused(verifying("verify-ca", otherRoot), "sslrootcert", "certificate");
  }

  @Test
  void aCertificateForAnotherHostIsRefused() {
    serve("elsewhere");
    assertRefused(verifying("verify-full", certificates.root()), "localhost", "certificate");
    assertConnects(verifying("verify-ca", certificates.root()));
  }

  @Test
  void anExpiredCertificateIsRefused() {
    serve("expired");
    assertRefused(verifying("verify-full", certificates.root()), "expired", "certificate");
    assertRefused(verifying("verify-ca", certificates.root()), "expired", "certificate");
  }

  @Test
  void aRootCertificateThatIsNotThereIsRefused() {
    assertRefused(verifying("verify-full", folder.resolve("none.crt")), "sslrootcert", "none.crt");
  }

  @Test
  void whoRequiresTlsAloneDoesNotLookAtTheCertificate() {
    serve("expired");
    assertConnects("sslmode=require");
  }

  @Test
  void aServerThatTakesNothingInTheClearSaysSo() {
    assertRefused("sslmode=disable", "sslmode=");
  }

  @Test
  void aServerWithoutTlsIsRefused() {
    TestDatabase plain = new TestDatabase();
    for (String mode : List.of("require", "verify-ca", "verify-full")) {
      String url = plain.url("ranking").replace(plain.name(), "postgres") + "?sslmode=" + mode;
      assertExplained(failureOf(url), "TLS", "sslmode");
    }
  }

  private static String file(String name) {
    return folder.resolve("authority").resolve(name).toString();
  }

  /** New sessions meet this certificate once the server has read it. */
  private void serve(String name) {
    database.execute(
        "ALTER SYSTEM SET ssl_cert_file = '" + file(name + ".crt") + "'",
        "ALTER SYSTEM SET ssl_key_file = '" + file(name + ".key") + "'",
        "SELECT pg_reload_conf()");
    await().until(() -> database.value("SHOW ssl_cert_file").equals(file(name + ".crt")));
  }

  private static String verifying(String mode, Path root) {
    return "sslmode=" + mode + "&sslrootcert=" + root;
  }

  private PostgresResultSink verified(TestTable table, WriteMode mode, Path root) {
    return table.sink(mode, verifying("verify-full", root));
  }

  private void assertConnects(String options) {
    TestTable table = TestTable.missing(database, "Encrypted");
    try (TargetInspector inspector = TargetInspector.of(PostgresTarget.parse(table.url(options)))) {
      assertThat(inspector.resolve().database(), equalTo(database.name()));
    }
  }

  private void assertRefused(String options, String... phrases) {
    assertExplained(failureOf(database.url("ranking?" + options)), phrases);
  }

  private static ResultSinkException failureOf(String url) {
    try (TargetInspector inspector = TargetInspector.of(PostgresTarget.parse(url))) {
      throw new AssertionError("connected, and should not have: " + inspector.resolve());
    } catch (RuntimeException e) {
      return Failures.rootSinkFailure(e);
    }
  }

  private static void assertExplained(ResultSinkException failure, String... phrases) {
    assertThat(failure, instanceOf(DatabaseUnavailableException.class));
    assertThat(failure.getMessage(), failure.remedy(), equalTo(Remedy.FIX_CONFIGURATION));
    for (String phrase : phrases) {
      assertThat(failure.getMessage(), containsString(phrase));
    }
    assertThat(Failures.everythingSaid(failure), not(containsString(TestingPostgres.PASSWORD)));
    assertThat(
        Failures.everythingSaid(failure), not(containsString(TestingPostgres.ENCODED_PASSWORD)));
  }
}
