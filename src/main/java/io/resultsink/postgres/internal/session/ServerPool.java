package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.destination.PasswordFile;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.internal.url.PercentEncoding;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** A pool of connections that the sink opens; idle ones are closed after a while. */
record ServerPool(DataSource dataSource, GenericObjectPool<PoolableConnection> pool)
    implements AutoCloseable {

  /** The name that pg_stat_activity shows for a session between transactions. */
  static final String APPLICATION_NAME = "result_sink";

  /**
   * Long enough to serve the next chunk of a slow source, short enough not to occupy the server.
   */
  private static final Duration IDLE = Duration.ofSeconds(5);

  static ServerPool of(ConnectionSource.Server server, int most) {
    PoolableConnectionFactory factory =
        new PoolableConnectionFactory(() -> connect(server), null) {
          /**
           * Does not test a new connection, which has just shown that it is alive, because behind a
           * pooler the test may wait long.
           */
          @Override
          public boolean validateObject(PooledObject<PoolableConnection> connection) {
            return connection.getBorrowedCount() <= 1 || super.validateObject(connection);
          }
        };
    // Without auto-commit, the test of a connection would begin a transaction with the role's time
    // limits.
    factory.setDefaultAutoCommit(true);
    factory.setDefaultReadOnly(false);
    factory.setValidationQueryTimeout(Duration.ofSeconds(10));
    GenericObjectPoolConfig<PoolableConnection> config = new GenericObjectPoolConfig<>();
    config.setMaxTotal(most);
    config.setMaxIdle(most);
    config.setJmxEnabled(false);
    config.setTestOnBorrow(true);
    config.setMinEvictableIdleDuration(IDLE);
    config.setTimeBetweenEvictionRuns(IDLE.dividedBy(2));
    GenericObjectPool<PoolableConnection> pool = new GenericObjectPool<>(factory, config);
    factory.setPool(pool);
    PoolingDataSource<PoolableConnection> dataSource = new PoolingDataSource<>(pool);
    dataSource.setAccessToUnderlyingConnectionAllowed(true);
    return new ServerPool(dataSource, pool);
  }

  /** Opens a connection outside of the pool. */
  static Connection connect(ConnectionSource.Server server) throws SQLException {
    return connect(server, LoginLimits.of(server.properties()));
  }

  /** The only place where a secret's value is read. */
  static Connection connect(ConnectionSource.Server server, LoginLimits limits)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(server.properties());
    if (server.user() != null) {
      properties.setProperty("user", server.user());
    }
    Secret password = password(server);
    if (password != null) {
      properties.setProperty("password", password.resolve());
    }
    limits.applyTo(properties);
    properties.setProperty(PGProperty.APPLICATION_NAME.getName(), APPLICATION_NAME);
    // The startup message has the name, because a later SET would stay with a pooler's session.
    properties.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION.getName(), "14");
    properties.setProperty(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
    // Off, because DETAIL may quote a row.
    properties.setProperty(PGProperty.LOG_SERVER_ERROR_DETAIL.getName(), "false");
    String host = server.host().contains(":") ? "[" + server.host() + "]" : server.host();
    String url =
        "jdbc:postgresql://"
            + host
            + ":"
            + server.port()
            + "/"
            + PercentEncoding.encode(server.database());
    // The driver reads a service only from the URL.
    String service = server.properties().get(PGProperty.SERVICE.getName());
    if (service != null) {
      url += "?service=" + PercentEncoding.encode(service);
    }
    // It returns null for the URLs of other databases only.
    Connection connection = Objects.requireNonNull(new Driver().connect(url, properties));
    limits.lift(connection);
    return connection;
  }

  /** The driver would look for ~/.pgpass in another home folder than psql does. */
  private static @Nullable Secret password(ConnectionSource.Server server) {
    if (server.password() != null
        || server.properties().containsKey(PGProperty.SERVICE.getName())) {
      return server.password();
    }
    String user = server.user() == null ? System.getProperty("user.name") : server.user();
    return PasswordFile.ofUser().password(server.host(), server.port(), server.database(), user);
  }

  @Override
  public void close() {
    pool.close();
  }
}
