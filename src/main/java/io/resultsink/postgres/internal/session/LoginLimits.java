package io.resultsink.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/**
 * The time limits of a login, because a server, or another program on its port, may accept a
 * connection and then never answer.
 *
 * @param connect for the connection, in seconds; 0 for no limit
 * @param answer for each answer of the server, in seconds; 0 for no limit
 * @param login for the whole login, in seconds; 0 for no limit
 * @param socket for each answer after the login, in seconds; 0 for no limit
 */
record LoginLimits(int connect, int answer, int login, int socket) {

  private static final int CONNECT = 10;
  private static final int ANSWER = 45;

  /** Returns the limits that a target's connection properties set, or the defaults. */
  static LoginLimits of(Map<String, String> asked) {
    int connect = seconds(asked, PGProperty.CONNECT_TIMEOUT, CONNECT);
    int login = seconds(asked, PGProperty.LOGIN_TIMEOUT, 0);
    int socket = seconds(asked, PGProperty.SOCKET_TIMEOUT, 0);
    return new LoginLimits(connect, answer(asked, connect, login, socket), login, socket);
  }

  private static int answer(Map<String, String> asked, int connect, int login, int socket) {
    boolean unlimited =
        connect == 0 || login == 0 && asked.containsKey(PGProperty.LOGIN_TIMEOUT.getName());
    if (unlimited) {
      return socket;
    }
    return IntStream.of(ANSWER, login, socket).filter(limit -> limit > 0).min().orElseThrow();
  }

  private static int seconds(Map<String, String> asked, PGProperty property, int usual) {
    String value = asked.get(property.getName());
    return value == null ? usual : Integer.parseInt(value);
  }

  /** Sets the limits in the driver's properties. */
  void applyTo(Properties properties) {
    properties.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), Integer.toString(connect));
    properties.setProperty(PGProperty.LOGIN_TIMEOUT.getName(), Integer.toString(login));
    // No default: the driver's limit for a whole login leaves a thread that goes on reading. It
    // also hides the stack trace from which failures of TLS are explained.
    properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), Integer.toString(answer));
  }

  /** Sets the limit for answers after the login. */
  void lift(Connection connection) throws SQLException {
    Connection network = (Connection) connection.unwrap(PGConnection.class);
    network.setNetworkTimeout(Runnable::run, Math.multiplyExact(socket, 1000));
  }
}
