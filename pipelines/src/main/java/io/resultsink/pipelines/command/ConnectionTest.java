package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.RunException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.session.RoleSchemas;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a test of a connection.
 *
 * @param lines the result in words
 * @param canCreateTables whether the role may create the table of a result
 */
record ConnectionTest(List<String> lines, boolean canCreateTables) {

  private static final String SQL =
      """
      SELECT current_setting('server_version'), current_user, current_database(),
             (SELECT coalesce(version || ', ' || cipher, 'no TLS')
                FROM pg_stat_ssl WHERE pid = pg_backend_pid()),
             coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace
                        WHERE nspname = ?), false),
             (SELECT string_agg(nspname, ', ' ORDER BY nspname) FROM pg_namespace
               WHERE nspname !~ '^pg_' AND has_schema_privilege(oid, 'CREATE')),
             pg_is_in_recovery()
      """;

  /**
   * Connects and queries the server. The SQL runs under an empty search path, as all SQL of the
   * sink does.
   */
  static ConnectionTest of(PostgresTarget target) {
    try (TargetInspector inspector = TargetInspector.of(target);
        Session session = inspector.open()) {
      session.begin(Duration.ofSeconds(10), "test a connection");
      String schema = RoleSchemas.of(session).stream().findFirst().orElse(null);
      return session.one(SQL, answer -> read(target, schema, answer), schema);
    } catch (SQLException e) {
      throw new RunException(
          "the server does not answer like PostgreSQL: SQLSTATE " + e.getSQLState());
    }
  }

  private static ConnectionTest read(
      PostgresTarget target, @Nullable String schema, ResultSet answer) throws SQLException {
    boolean standby = answer.getBoolean(7);
    boolean here = answer.getBoolean(5) && !standby;
    String elsewhere = answer.getString(6);
    String tables;
    if (standby) {
      tables = "cannot be written: the server is a standby; connect to its primary";
    } else if (here) {
      tables = "can be created in schema " + schema;
    } else if (elsewhere != null) {
      tables = "can be created in " + elsewhere + "; name the schema: NAME:schema.table";
    } else {
      tables =
          "cannot be created; as the owner run GRANT CREATE ON SCHEMA "
              + (schema == null ? "..." : schema)
              + " TO "
              + answer.getString(2);
    }
    return new ConnectionTest(
        List.of(
            "server    PostgreSQL "
                + answer.getString(1)
                + " at "
                + target.host()
                + ":"
                + target.port()
                + ", database "
                + answer.getString(3),
            "role      " + answer.getString(2),
            "security  " + answer.getString(4),
            "tables    " + tables),
        here || (!standby && elsewhere != null));
  }
}
