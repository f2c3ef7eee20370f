package io.resultsink.pipelines.query;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Secret;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.beam.sdk.extensions.sql.meta.BeamSqlTable;
import org.jspecify.annotations.Nullable;

/** The tables of a PostgreSQL database that a bare name finds, or those of {@code ?schema=}. */
final class PostgresTables {

  // Tables, partitioned and foreign ones, views and materialized views.
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND (n.nspname = ? OR (?::text IS NULL AND pg_table_is_visible(c.oid)))
      ORDER BY c.relname
      """;

  private PostgresTables() {}

  static Map<String, BeamSqlTable> of(String url, @Nullable Secret password) {
    PostgresTarget database = database(url, password);
    String schema = database.table().schema();
    Map<String, BeamSqlTable> tables = new LinkedHashMap<>();
    try (Connection connection = InputDatabase.connect(database);
        PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setString(1, schema);
      statement.setString(2, schema);
      try (ResultSet names = statement.executeQuery()) {
        while (names.next()) {
          String table = names.getString(2);
          tables.put(table, new PostgresTable(database, names.getString(1), table));
        }
      }
    } catch (SQLException e) {
      throw new QueryException(
          "the tables of %s cannot be listed: %s".formatted(Shown.url(url), e.getMessage()), e);
    }
    return tables;
  }

  /** A database's URL is that of a target without the table. */
  private static PostgresTarget database(String url, @Nullable Secret password) {
    int options = url.indexOf('?');
    String base = options < 0 ? url : url.substring(0, options);
    String end = options < 0 ? "" : url.substring(options);
    if (base.replaceFirst("^[a-z]+://", "").chars().filter(c -> c == '/').count() != 1) {
      throw new QueryException(
          "--database %s is not postgresql://[user@]host[:port]/database; tables are named in the SQL"
              .formatted(Shown.url(url)));
    }
    PostgresTarget target = PostgresTarget.parse(base + "/tables" + end);
    return password == null ? target : target.toBuilder().password(password).build();
  }
}
