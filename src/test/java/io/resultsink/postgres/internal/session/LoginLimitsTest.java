package io.resultsink.postgres.internal.session;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A login ends, whatever the server does or does not. */
class LoginLimitsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                   | 10 | 45 | 0 | 0",
        "connectTimeout=5                   | 5 | 45 | 0 | 0",
        "connectTimeout=100                 | 100 | 45 | 0 | 0",
        "connectTimeout=0                   | 0 | 0 | 0 | 0",
        "loginTimeout=3                     | 10 | 3 | 3 | 0",
        "loginTimeout=100                   | 10 | 45 | 100 | 0",
        "loginTimeout=0                     | 10 | 0 | 0 | 0",
        "socketTimeout=7                    | 10 | 7 | 0 | 7",
        "socketTimeout=700                  | 10 | 45 | 0 | 700",
        "connectTimeout=0&socketTimeout=700 | 0 | 700 | 0 | 700",
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
  @CsvSource({"0, 0, 1", "0, 1, 0", "10, 1, 2"})
  void aServerThatSaysNothingIsWaitedForNoLonger(int connect, int answer, int login)
      throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      LoginLimits limits = new LoginLimits(connect, answer, login, 0);
      ended(() -> assertThrows(SQLException.class, () -> ServerPool.connect(at(mute), limits)));
    }
  }

  @Test
  void whoeverAsksForAConnectionIsToldInTime() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        PostgresConnections connections = PostgresConnections.lease(at(mute, "loginTimeout=1"))) {
      DatabaseUnavailableException failure =
          ended(() -> assertThrows(DatabaseUnavailableException.class, connections::borrow));
      assertThat(failure.remedy(), equalTo(DatabaseUnavailableException.Remedy.RETRY));
      assertThat(failure.getMessage(), containsString("127.0.0.1:" + mute.getLocalPort()));
      ConnectionSource.Server server = at(mute, "loginTimeout=1");
      ended(
          () ->
              assertThrows(
                  DatabaseUnavailableException.class, () -> PostgresConnections.outside(server)));
    }
  }

  private static <T> T ended(ThrowingSupplier<T> attempt) {
    return assertTimeoutPreemptively(Duration.ofSeconds(20), attempt);
  }

  private static ConnectionSource.Server at(ServerSocket socket, String... options) {
    return (ConnectionSource.Server)
        ConnectionSource.of(
            PostgresTarget.parse(
                "postgresql://app@127.0.0.1:%d/db/t?sslmode=disable&gssEncMode=disable%s"
                    .formatted(
                        socket.getLocalPort(), options.length == 0 ? "" : "&" + options[0])));
  }
}
