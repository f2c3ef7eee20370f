package io.resultsink.postgres.destination;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A login ends, whatever the server does or does not. */
class LoginLimitsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                   | 10  | 45 | 60  | 0",
        "connectTimeout=5                   | 5   | 45 | 60  | 0",
        "connectTimeout=100                 | 100 | 45 | 150 | 0",
        "connectTimeout=0                   | 0   | 0  | 0   | 0",
        "loginTimeout=3                     | 10  | 3  | 3   | 0",
        "loginTimeout=0                     | 10  | 0  | 0   | 0",
        "socketTimeout=7                    | 10  | 7  | 60  | 7",
        "socketTimeout=700                  | 10  | 45 | 60  | 700",
        "connectTimeout=0&socketTimeout=700 | 0   | 700 | 0  | 700",
        "connectTimeout=2147483             | 2147483 | 45 | 2147533 | 0",
      })
  void limitsAreTheUsualOnesUnlessAskedFor(
      String options, int connect, int answer, int login, int socket) {
    Map<String, String> asked =
        options == null
            ? Map.of()
            : PostgresTarget.parse("postgresql://h/d/t?" + options).connectionProperties();
    assertThat(LoginLimits.of(asked), equalTo(new LoginLimits(connect, answer, login, socket)));
  }

  @ParameterizedTest
  @CsvSource({"loginTimeout=1", "connectTimeout=0&socketTimeout=1"})
  void aServerThatSaysNothingIsWaitedForNoLonger(String limit) throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      PostgresTarget target =
          PostgresTarget.parse(
              "postgresql://app@127.0.0.1:%d/db/t?sslmode=disable&gssEncMode=disable&%s"
                  .formatted(mute.getLocalPort(), limit));
      ConnectionSource.Server server = (ConnectionSource.Server) ConnectionSource.of(target);
      DatabaseUnavailableException outside =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20),
              () ->
                  assertThrows(
                      DatabaseUnavailableException.class,
                      () -> PostgresConnections.outside(server)));
      assertThat(outside.remedy(), equalTo(DatabaseUnavailableException.Remedy.RETRY));
      assertThat(outside.getMessage(), containsString("127.0.0.1:" + mute.getLocalPort()));
      try (PostgresConnections connections = PostgresConnections.lease(server)) {
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> assertThrows(DatabaseUnavailableException.class, connections::borrow));
      }
    }
  }

  @Test
  void anAnswerAfterTheLoginMayTakeLonger() {
    assertThat(LoginLimits.of(Map.of("loginTimeout", "1")).socket(), equalTo(0));
  }
}
