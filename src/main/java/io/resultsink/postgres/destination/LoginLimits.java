package io.resultsink.postgres.destination;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/**
 * How long a login may take. A server, or whatever listens in its place, may take a connection and
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
  private static final int LOGIN = 60;

  /** Those that a target's connection properties ask for, or the usual ones. */
  static LoginLimits of(Map<String, String> asked) {
    int connect = seconds(asked, PGProperty.CONNECT_TIMEOUT, CONNECT);
    int usual = connect == 0 ? 0 : Math.max(LOGIN, Math.addExact(connect, LOGIN - CONNECT));
    int login = seconds(asked, PGProperty.LOGIN_TIMEOUT, usual);
    int socket = seconds(asked, PGProperty.SOCKET_TIMEOUT, 0);
    int answer = login == 0 ? socket : Math.min(ANSWER, login);
    return new LoginLimits(connect, socket == 0 ? answer : Math.min(answer, socket), login, socket);
  }

  private static int seconds(Map<String, String> asked, PGProperty property, int usual) {
    String value = asked.get(property.getName());
    return value == null ? usual : Integer.parseInt(value);
  }

  /** Sets them for the driver. */
  void applyTo(Properties properties) {
    properties.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), Integer.toString(connect));
    properties.setProperty(PGProperty.LOGIN_TIMEOUT.getName(), Integer.toString(login));
    // The driver's own limit for a login leaves a thread behind that goes on reading.
    properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), Integer.toString(answer));
  }

  /** Lets answers take their time once the login is over. */
  void lift(Connection connection) throws SQLException {
    Connection network = (Connection) connection.unwrap(PGConnection.class);
    network.setNetworkTimeout(Runnable::run, Math.multiplyExact(socket, 1000));
  }
}
