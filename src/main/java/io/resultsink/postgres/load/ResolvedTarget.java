package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.annotations.Internal;

/**
 * Where the target is, once PostgreSQL has been asked.
 *
 * @param database the database's name
 * @param table the table, with its schema; it may not exist yet
 * @param stagingSchema where the staging table and the ledger live
 */
@Internal
public record ResolvedTarget(String database, TableName table, String stagingSchema) {

  /**
   * Finds the table as PostgreSQL finds it: a bare name by the role's search path, and when there
   * is none, where CREATE TABLE would put it.
   *
   * @throws IncompatibleTableException when its schema, or the staging schema, does not exist
   */
  public static ResolvedTarget resolve(Session session, PostgresTarget target) throws SQLException {
    TableName asked = target.table();
    session.useRoleSearchPath();
    String sql =
        """
        SELECT pg_catalog.current_database(),
               coalesce(
                 ?::text,
                 (SELECT n.nspname FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.oid = CASE WHEN ?::text IS NULL
                                      THEN pg_catalog.to_regclass(?) END),
                 pg_catalog.current_schema())
        """;
    String database;
    String schema;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, asked.schema());
      statement.setString(2, asked.schema());
      statement.setString(3, Identifier.quote(asked.table()));
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        database = found.getString(1);
        schema = found.getString(2);
      }
    }
    session.useEmptySearchPath();
    if (schema == null) {
      throw new IncompatibleTableException(
          "table " + asked + " of database " + database + " cannot be found or created",
          List.of(
              "no schema of this role's search_path exists; name one with schema.table or schema="));
    }
    String stagingSchema = Objects.requireNonNullElse(target.stagingSchema(), schema);
    requireSchemas(session, database, asked.table(), List.of(schema, stagingSchema));
    return new ResolvedTarget(database, new TableName(schema, asked.table()), stagingSchema);
  }

  private static void requireSchemas(
      Session session, String database, String table, List<String> schemas) throws SQLException {
    String sql = "SELECT FROM pg_catalog.pg_namespace WHERE nspname = ?";
    List<String> missing = new java.util.ArrayList<>();
    for (String schema : schemas.stream().distinct().toList()) {
      try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
        statement.setString(1, schema);
        try (ResultSet found = statement.executeQuery()) {
          if (!found.next()) {
            missing.add(
                "schema "
                    + schema
                    + " does not exist; create it with CREATE SCHEMA "
                    + Identifier.quote(schema));
          }
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new IncompatibleTableException(
          database + "." + schemas.get(0) + "." + table + " cannot be written", missing);
    }
  }

  /** The target as messages name it: {@code database.schema.table}. */
  @Override
  public String toString() {
    return database + "." + table;
  }
}
