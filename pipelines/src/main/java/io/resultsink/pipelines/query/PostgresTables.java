package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.ConnectionSource;
import io.resultsink.postgres.destination.PostgresConnections;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.RoleSchemas;
import io.resultsink.postgres.destination.Secret;
import io.resultsink.postgres.destination.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.jspecify.annotations.Nullable;

/** The tables of a PostgreSQL database that a bare name finds, or those of {@code ?schema=}. */
final class PostgresTables {

  private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(1);

  // Tables, partitioned and foreign ones, views and materialized views.
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname
        FROM unnest(?::text[]) WITH ORDINALITY AS path(schema, place)
        JOIN pg_namespace n ON n.nspname = path.schema
        JOIN pg_class c ON c.relnamespace = n.oid
       WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
         AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       ORDER BY c.relname, path.place
      """;

  private PostgresTables() {}

  static Map<String, BeamSqlTable> of(
      DatabaseName name, PostgresTarget server, @Nullable Secret password) {
    PostgresTarget database =
        password == null ? server : server.toBuilder().password(password).build();
    String schema = database.table().schema();
    Map<String, BeamSqlTable> tables = new LinkedHashMap<>();
    try (Session session =
        PostgresConnections.outsideSession(
            (ConnectionSource.Server) ConnectionSource.of(database))) {
      session.begin(LOCK_TIMEOUT, "list tables");
      List<String> schemas = schema == null ? RoleSchemas.of(session) : List.of(schema);
      try (PreparedStatement statement = session.connection().prepareStatement(TABLES)) {
        statement.setArray(
            1, session.connection().createArrayOf("text", schemas.toArray(String[]::new)));
        try (ResultSet names = statement.executeQuery()) {
          while (names.next()) {
            String table = names.getString(2);
            tables.putIfAbsent(table, new PostgresTable(database, names.getString(1), table));
          }
        }
      }
    } catch (SQLException e) {
      throw new QueryException(
          "the tables of %s cannot be listed: %s".formatted(name, e.getMessage()), e);
    }
    return tables;
  }
}
