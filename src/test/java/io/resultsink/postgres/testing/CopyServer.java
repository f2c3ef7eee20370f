package io.resultsink.postgres.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A server for the tests of this JVM, and one session with it, of the superuser. */
public final class CopyServer {

  private static final CopyServer SHARED = start();

  private final Connection connection;

  private CopyServer(Connection connection) {
    this.connection = connection;
  }

  /** The server, which ends with the JVM. */
  public static CopyServer shared() {
    return SHARED;
  }

  private static CopyServer start() {
    try {
      EmbeddedPostgres server = EmbeddedPostgres.builder().start();
      CopyServer started = new CopyServer(server.getPostgresDatabase().getConnection());
      // The sink's own sessions find nothing but pg_catalog by a bare name.
      started.execute("SET search_path = ''; SET timezone = 'UTC'");
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public Connection connection() {
    return connection;
  }

  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of all rows. */
  public List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }

  /** Sends the bytes of a binary COPY; gives the number of rows. */
  public long copy(String table, String columns, byte[] bytes, int size) throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table + " (" + columns + ") FROM STDIN (FORMAT binary)");
    try {
      copy.writeToCopy(bytes, 0, size);
      return copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }
}
