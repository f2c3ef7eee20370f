package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.ConnectionSource;
import io.resultsink.postgres.destination.PostgresConnections;
import io.resultsink.postgres.destination.PostgresTarget;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Connections to the database that is read, opened as the sink opens its own. */
final class InputDatabase implements SerializableFunction<Void, DataSource> {

  private final PostgresTarget database;

  InputDatabase(PostgresTarget database) {
    this.database = database;
  }

  @Override
  public DataSource apply(Void nothing) {
    return new Connections(database);
  }

  static Connection connect(PostgresTarget database) {
    return PostgresConnections.outside((ConnectionSource.Server) ConnectionSource.of(database));
  }

  private record Connections(PostgresTarget database) implements DataSource {

    @Override
    public Connection getConnection() {
      return connect(database);
    }

    @Override
    public Connection getConnection(String user, String password)
        throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException("the URL says the user");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(PrintWriter writer) {}

    @Override
    public void setLoginTimeout(int seconds) throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException("connectTimeout in the URL");
    }

    @Override
    public int getLoginTimeout() {
      return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
