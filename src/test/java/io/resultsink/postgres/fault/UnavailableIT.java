package io.resultsink.postgres.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.testing.Failures;
import io.resultsink.postgres.testing.Refusals;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers, databases, schemas and users that are not there. */
class UnavailableIT {

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @Test
  void aWrongPasswordIsSaidWithoutThePassword() {
    ResultSinkException failure =
        unavailable(
            database.url("ranking").replace(TestingPostgres.ENCODED_PASSWORD, "guessed-wrongly"));
    assertThat(failure.sqlState(), equalTo("28P01"));
    assertThat(failure.remedy(), equalTo(Remedy.FIX_CONFIGURATION));
    assertThat(failure.getMessage(), containsString("sink"));
    assertThat(Failures.everythingSaid(failure), not(containsString("guessed-wrongly")));
  }

  @Test
  void anUnknownUserIsSaid() {
    ResultSinkException failure = unavailable(database.urlAs("nobody_here", "ranking"));
    assertThat(failure.getMessage(), containsString("nobody_here"));
  }

  @Test
  void aMissingDatabaseIsSaidWithTheStatementThatMakesIt() {
    ResultSinkException failure =
        unavailable(database.url("ranking").replace(database.name(), "Not%20There"));
    assertThat(failure.sqlState(), equalTo("3D000"));
    assertThat(failure.getMessage(), containsString("CREATE DATABASE \"Not There\""));
  }

  @Test
  void aClosedPortIsSaidWithHostAndPort() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    ResultSinkException failure =
        unavailable("postgresql://sink:secret@127.0.0.1:" + port + "/db/ranking");
    assertThat(failure.getMessage(), containsString("127.0.0.1:" + port));
  }

  @Test
  void anUnknownHostIsSaid() {
    ResultSinkException failure = unavailable("postgresql://sink:s3cr3t@no.such.invalid/db/t");
    assertThat(failure.getMessage(), containsString("no.such.invalid"));
    assertThat(Failures.everythingSaid(failure), not(containsString("s3cr3t")));
  }

  @Test
  void aMissingSchemaIsSaidWithTheStatementThatMakesIt() {
    ResultSinkException failure =
        Refusals.refused(database, PostgresResultSink.to(database.url("Nowhere.ranking")));
    assertThat(failure.getMessage(), containsString("CREATE SCHEMA \"Nowhere\""));
  }

  @Test
  void aMissingStagingSchemaIsSaidWithTheStatementThatMakesIt() {
    ResultSinkException failure =
        Refusals.refused(
            database, PostgresResultSink.to(database.url("ranking?staging_schema=Nowhere")));
    assertThat(failure.getMessage(), containsString("CREATE SCHEMA \"Nowhere\""));
  }

  @Test
  void aSearchPathWithoutASchemaIsSaid() {
    database.execute(
        "ALTER ROLE sink IN DATABASE " + database.name() + " SET search_path = nowhere");
    ResultSinkException failure =
        Refusals.refused(database, PostgresResultSink.to(database.url("ranking")));
    assertThat(failure.getMessage(), containsString("search_path"));
  }

  private ResultSinkException unavailable(String url) {
    ResultSinkException failure = Refusals.refused(database, PostgresResultSink.to(url));
    assertThat(failure, instanceOf(DatabaseUnavailableException.class));
    return failure;
  }
}
