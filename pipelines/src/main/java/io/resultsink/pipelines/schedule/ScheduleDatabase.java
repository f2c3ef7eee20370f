package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.commons.dbcp2.ConnectionFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * The schedules database, with schedules and runs: the schema {@value #SCHEMA} of a PostgreSQL
 * database.
 */
@Internal
public final class ScheduleDatabase implements AutoCloseable {

  static final String SCHEMA = "pgresult";

  private static final String NO_PRIVILEGE = "42501";
  private static final int MOST_IDLE = 4;

  /** The work of one transaction. */
  interface Transaction<T> {
    T in(Connection connection) throws SQLException;
  }

  private final String name;
  private final Sessions sessions;

  private final ScheduleClock clock;

  private ScheduleDatabase(String name, Sessions sessions, ScheduleClock clock) {
    this.name = name;
    this.sessions = sessions;
    this.clock = clock;
  }

  /**
   * Opens the database and migrates its schema to the version of this program.
   *
   * @param database a target whose table has no meaning
   * @throws io.resultsink.postgres.failure.DatabaseUnavailableException if there is no session
   * @throws ScheduleDatabaseException if the role may not create the schema, or another role could
   *     change its content
   */
  public static ScheduleDatabase open(PostgresTarget database) {
    return open(database, ScheduleClock.OF_DATABASE);
  }

  /** Opens the database with another clock than its own. */
  public static ScheduleDatabase open(PostgresTarget database, ScheduleClock clock) {
    ConnectionSource.Server server = (ConnectionSource.Server) ConnectionSource.of(database);
    String name = server.toString();
    ScheduleDatabase opened = new ScheduleDatabase(name, new Sessions(server), clock);
    try (Connection answers = PostgresConnections.outside(server)) {
      opened.requireTrusted(answers);
      opened.migrate(String.valueOf(answers.getMetaData().getUserName()));
      opened.requireTrusted(answers); // another role may have changed it since
      return opened;
    } catch (SQLException e) {
      opened.close();
      throw opened.failure(e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void requireTrusted(Connection connection) throws SQLException {
    List<String> problems = ScheduleSchema.problems(connection);
    if (!problems.isEmpty()) {
      throw new ScheduleDatabaseException(
          "the schema %s of the schedules database %s is not trusted, because another role could change its content or run statements as your role; nothing was read from it\n  %s"
              .formatted(SCHEMA, name, String.join("\n  ", problems)),
          null);
    }
  }

  private void migrate(String role) {
    try {
      Flyway.configure()
          .dataSource(sessions)
          .schemas(SCHEMA)
          .table("migration")
          .locations("classpath:" + ScheduleDatabase.class.getPackageName().replace('.', '/'))
          .load()
          .migrate();
    } catch (FlywayException e) {
      SQLException reason = reason(e);
      if (reason != null && NO_PRIVILEGE.equals(reason.getSQLState())) {
        throw new ScheduleDatabaseException(
            "role %s may not create the schema %s in the schedules database %s; as its owner run CREATE SCHEMA %s AUTHORIZATION %s"
                .formatted(role, SCHEMA, name, SCHEMA, role),
            e);
      }
      throw new ScheduleDatabaseException(
          "the schema %s of the schedules database %s cannot be migrated to this version: %s"
              .formatted(
                  SCHEMA, name, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static @Nullable SQLException reason(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  /** Returns the time by which schedules tick. */
  Instant now(Connection connection) throws SQLException {
    return clock.now(connection);
  }

  /** Returns the time by which schedules tick, in a separate transaction. */
  Instant now() {
    return transaction(this::now);
  }

  /** Runs the work in a READ COMMITTED transaction. */
  <T> T transaction(Transaction<T> work) {
    try (Connection connection = sessions.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private static void rollBack(Connection connection, Throwable because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private ScheduleDatabaseException failure(SQLException e) {
    return new ScheduleDatabaseException(
        "the schedules database %s failed: SQLSTATE %s".formatted(name, e.getSQLState()), e);
  }

  @Override
  public void close() {
    try {
      sessions.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** Returns the server and the database. */
  @Override
  public String toString() {
    return name;
  }

  /** Returns a pool that opens sessions as the sink does. */
  private static final class Sessions extends BasicDataSource {

    private final ConnectionSource.Server server;

    private Sessions(ConnectionSource.Server server) {
      this.server = server;
      setMaxTotal(-1);
      setMaxIdle(MOST_IDLE);
      setTestOnBorrow(true);
      setDefaultAutoCommit(true);
      // Set here, because with a role's other default, a query after a wait for a lock would show
      // old rows.
      setDefaultTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }

    @Override
    protected ConnectionFactory createConnectionFactory() {
      return () -> PostgresConnections.outside(server);
    }
  }
}
