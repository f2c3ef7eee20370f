package io.resultsink.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/**
 * Time limits of a login. A server, or whatever listens in its place, may take a connection and
 * then say nothing.
 *
 * @param connect until the connection is there, in seconds; 0 for no limit
 * @param answer until each of the server's answers, in seconds; 0 for no limit
 * @param login for all of it, in seconds; 0 for no limit
 * @param socket the limit for answers after the login, in seconds; 0 for none
 */
record LoginLimits(int connect, int answer, int login, int socket) {

  private static final int CONNECT = 10;
  private static final int ANSWER = 45;

  /** Those that a target's connection properties ask for, or the usual ones. */
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

  /** Sets them for the driver. */
  void applyTo(Properties properties) {
    properties.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), Integer.toString(connect));
    properties.setProperty(PGProperty.LOGIN_TIMEOUT.getName(), Integer.toString(login));
    // The driver's own limit for a whole login leaves a thread behind that goes on reading, and
    // hides where a failure came from, by which those of TLS are explained. So it has no default.
    properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), Integer.toString(answer));
  }

  /** Lets answers take their time once the login is over. */
  void lift(Connection connection) throws SQLException {
    Connection network = (Connection) connection.unwrap(PGConnection.class);
    network.setNetworkTimeout(Runnable::run, Math.multiplyExact(socket, 1000));
  }
}
