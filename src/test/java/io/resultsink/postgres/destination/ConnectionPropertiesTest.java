package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGProperty;

class ConnectionPropertiesTest {

  /** All of them by name, so that what a new driver brings is looked at before it is allowed. */
  @Test
  void allowsTheseAndNoOthers() {
    assertThat(
        ConnectionProperties.names(),
        contains(
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "pemKeyAlgorithm",
            "sslNegotiation",
            "sslResponseTimeout",
            "channelBinding",
            "requireAuth",
            "scramMaxIterations",
            "gssEncMode",
            "gsslib",
            "gssResponseTimeout",
            "gssUseDefaultCreds",
            "jaasLogin",
            "useSpnego",
            "jaasApplicationName",
            "kerberosServerName",
            "sspiServiceClass",
            "service",
            "targetServerType",
            "connectTimeout",
            "loginTimeout",
            "socketTimeout",
            "cancelSignalTimeout",
            "sendBufferSize",
            "receiveBufferSize",
            "maxSendBufferSize",
            "tcpNoDelay",
            "localSocketAddress"));
  }

  @Test
  void everyOtherPropertyOfTheDriverIsRefusedWithAReason() {
    TreeSet<String> others = new TreeSet<>();
    Arrays.stream(PGProperty.values()).map(PGProperty::getName).forEach(others::add);
    others.removeAll(ConnectionProperties.names());
    assertThat(others.size() > 30, is(true));
    for (String name : others) {
      String refusal = ConnectionProperties.refusal(name).orElseThrow();
      assertThat(
          refusal,
          refusal.startsWith("connection property '" + name + "' is not accepted; "),
          is(true));
      assertThrows(InvalidTargetException.class, () -> ConnectionProperties.check(name, "1"), name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          autosave                      | the sink sets it itself; leave it out
          readOnly                      | the sink sets it itself; leave it out
          preferQueryMode               | the sink sets it itself; leave it out
          replication                   | the sink sets it itself; leave it out
          prepareThreshold              | the sink sets it itself; leave it out
          tcpKeepAlive                  | the sink sets it itself; leave it out
          ApplicationName               | the sink sets it itself; leave it out
          reWriteBatchedInserts         | the sink sets it itself; leave it out
          stringtype                    | the sink sets it itself; leave it out
          logServerErrorDetail          | the sink sets it itself; leave it out
          socketFactory                 | it makes the driver load a class; configure your own DataSource for it
          sslfactory                    | it makes the driver load a class; configure your own DataSource for it
          sslhostnameverifier           | it makes the driver load a class; configure your own DataSource for it
          sslpasswordcallback           | it makes the driver load a class; configure your own DataSource for it
          authenticationPluginClassName | it makes the driver load a class; configure your own DataSource for it
          xmlFactoryFactory             | it makes the driver load a class; configure your own DataSource for it
          loggerFile                    | it makes the driver log, which a URL must not; configure java.util.logging
          loggerLevel                   | it makes the driver log, which a URL must not; configure java.util.logging
          user                          | write the user before the host: postgresql://user@host/...
          password                      | write the password before the host, postgresql://user:password@host/..., or better give a reference to it (env:NAME, file:PATH)
          sslpassword                   | it is a secret; use a key without a passphrase that only the worker can read, or a DataSource of your own
          PGHOST                        | write it in its place: postgresql://host:port/database/table
          currentSchema                 | write schema=NAME, or the table as schema.table
          options                       | the sink sets what it needs in each transaction; give the role its settings with ALTER ROLE ... SET
          loadBalanceHosts              | a target has one host
          """)
  void refusesWithReason(String name, String reason) {
    assertThat(
        problem(name, "true"), is("connection property '" + name + "' is not accepted; " + reason));
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode, verify-full",
    "sslmode, disable",
    "sslrootcert, /etc/ssl/ca.pem",
    "sslNegotiation, direct",
    "channelBinding, require",
    "requireAuth, scram-sha-256",
    "requireAuth, '!password,!md5'",
    "targetServerType, primary",
    "connectTimeout, 0",
    "socketTimeout, 2147483",
    "sslResponseTimeout, 2147483647",
    "receiveBufferSize, 1",
    "tcpNoDelay, false",
    "service, mydb",
  })
  void takes(String name, String value) {
    assertDoesNotThrow(() -> ConnectionProperties.check(name, value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sslmode          | true          | disable, allow, prefer, require, verify-ca or verify-full
          sslmode          | REQUIRE       | disable, allow, prefer, require, verify-ca or verify-full
          sslNegotiation   | x             | postgres or direct
          channelBinding   | x             | disable, prefer or require
          gssEncMode       | x             | disable, allow, prefer or require
          targetServerType | secondary     | any or primary
          tcpNoDelay       | yes           | true or false
          connectTimeout   | 5s            | a whole number from 0 to 2147483 seconds
          socketTimeout    | 2147484       | a whole number from 0 to 2147483 seconds
          loginTimeout     | -1            | a whole number from 0 to 2147483 seconds
          loginTimeout     | ١             | a whole number from 0 to 2147483 seconds
          sslResponseTimeout | 9999999999  | a whole number from 0 to 2147483647 milliseconds
          sendBufferSize   | 0             | a whole number from 1 to 2147483647 bytes
          scramMaxIterations | x           | a whole number from 0 to 2147483647
          requireAuth      | md5,x         | password, md5, gss, sspi, scram-sha-256, none, !password, !md5, !gss, !sspi, !scram-sha-256 or !none, or several with commas between
          sslrootcert      | ''            | a value
          """)
  void refusesValue(String name, String value, String valid) {
    assertThat(problem(name, value), is(name + " '" + value + "' is not valid; use " + valid));
  }

  @Test
  void refusesWhatNoServerTakes() {
    assertThat(
        problem("sslcert", "a\0b"), is("sslcert has a U+0000, which PostgreSQL cannot store"));
  }

  @Test
  void builderChecksThemToo() {
    InvalidTargetException thrown =
        assertThrows(
            InvalidTargetException.class,
            () ->
                PostgresTarget.builder()
                    .table(new TableName(null, "t"))
                    .connectionProperties(java.util.Map.of("autosave", "always"))
                    .build());
    assertThat(
        thrown.problems(),
        is(
            List.of(
                "connection property 'autosave' is not accepted; the sink sets it itself; leave it"
                    + " out")));
  }

  private static String problem(String name, String value) {
    return assertThrows(InvalidTargetException.class, () -> ConnectionProperties.check(name, value))
        .getMessage();
  }
}
