package io.resultsink.postgres.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * A session that reads, and is told by the server how long it waited for locks.
 *
 * <p>The server reports each wait of more than a millisecond to who waited, once the role has the
 * settings of {@link #TELLS_OF_WAITS}.
 */
public final class ReadingSession implements AutoCloseable {

  /** Settings that a superuser gives a role, or itself. */
  static final List<String> TELLS_OF_WAITS =
      List.of(
          "log_lock_waits = on",
          "deadlock_timeout = '1ms'",
          "client_min_messages = log",
          "lc_messages = 'C'");

  private static final Pattern WAITED =
      Pattern.compile("process \\d+ (?:acquired|still waiting for) .* after ([0-9.]+) ms");

  private final Login login;
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private @Nullable ReadingSession other;
  private Duration waited = Duration.ZERO;

  /** How a session is opened. */
  @FunctionalInterface
  private interface Login {
    Connection connect() throws SQLException;
  }

  private ReadingSession(Login login) throws SQLException {
    this.login = login;
    this.connection = login.connect();
  }

  /** One of a role that has the settings. */
  static ReadingSession of(TestDatabase database, String role) throws SQLException {
    return new ReadingSession(() -> database.connect(role));
  }

  /** A superuser's, which takes the settings itself. */
  public static ReadingSession ofSuperuser(TestDatabase database) throws SQLException {
    ReadingSession session = new ReadingSession(database::superuser);
    for (String setting : TELLS_OF_WAITS) {
      session.execute("SET " + setting);
    }
    return session;
  }

  /** Runs statements without a result of interest, in one message. */
  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      note(statement.getWarnings());
    }
  }

  /** The rows of a query that is parsed anew each time. */
  public List<List<String>> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      List<List<String>> rows = texts(results);
      note(statement.getWarnings());
      return rows;
    }
  }

  /** The rows of a query that the server has prepared, once for the session. */
  public List<List<String>> preparedRows(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statement.unwrap(PGStatement.class).setPrepareThreshold(1);
      prepared.put(sql, statement);
    }
    statement.clearWarnings();
    try (ResultSet results = statement.executeQuery()) {
      List<List<String>> rows = texts(results);
      note(statement.getWarnings());
      return rows;
    }
  }

  /** The lines of a COPY ... TO STDOUT, in text format. */
  public List<List<String>> copy(String sql) throws SQLException {
    StringWriter text = new StringWriter();
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    note(connection.getWarnings());
    connection.clearWarnings();
    return text.toString().lines().map(line -> List.of(line.split("\t"))).toList();
  }

  /** A session beside this one, of the same role. */
  public ReadingSession other() throws SQLException {
    if (other == null) {
      other = new ReadingSession(login);
    }
    return other;
  }

  /** How long it waited for a lock at the longest since this was asked before. */
  public Duration takeLongestWait() {
    Duration longest = waited;
    waited = Duration.ZERO;
    return longest;
  }

  private void note(@Nullable SQLWarning first) {
    for (SQLWarning told = first; told != null; told = told.getNextWarning()) {
      Matcher wait = WAITED.matcher(String.valueOf(told.getMessage()));
      if (wait.find()) {
        Duration time = Duration.ofNanos((long) (Double.parseDouble(wait.group(1)) * 1e6));
        waited = waited.compareTo(time) < 0 ? time : waited;
      }
    }
  }

  private static List<List<String>> texts(ResultSet results) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    while (results.next()) {
      List<String> row = new ArrayList<>();
      for (int column = 1; column <= results.getMetaData().getColumnCount(); column++) {
        row.add(results.getString(column));
      }
      rows.add(row);
    }
    return rows;
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      if (other != null) {
        other.close();
      }
    }
  }
}
