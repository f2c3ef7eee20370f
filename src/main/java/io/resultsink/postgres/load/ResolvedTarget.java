package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.Printable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

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
    String database;
    String schema = asked.schema();
    try (PreparedStatement statement =
            session.connection().prepareStatement("SELECT current_database()");
        ResultSet name = statement.executeQuery()) {
      name.next();
      database = name.getString(1);
    }
    if (schema == null) {
      schema = schemaOf(session, asked.table());
    }
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

  /**
   * The schema in which a bare name is found, or would be created; null when there is none. Nothing
   * but the two functions stands under the role's search path, where operators and types are the
   * role's too. A temporary table is not found: it is the session's, and the next has another.
   */
  private static @Nullable String schemaOf(Session session, String table) throws SQLException {
    Long oid;
    String current;
    session.useRoleSearchPathBeforeTemporary();
    String sql = "SELECT pg_catalog.to_regclass(?)::pg_catalog.oid, pg_catalog.current_schema()";
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, Identifier.quote(table));
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        long number = found.getLong(1);
        oid = found.wasNull() ? null : number;
        current = lasting(found.getString(2));
      }
    }
    session.useEmptySearchPath();
    if (oid == null) {
      return current;
    }
    String schema =
        """
        SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = ?::bigint::oid AND n.oid <> pg_my_temp_schema()
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(schema)) {
      statement.setLong(1, oid);
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? found.getString(1) : current;
      }
    }
  }

  /** A search path without a schema that exists leaves the session's own for temporary tables. */
  private static @Nullable String lasting(@Nullable String schema) {
    return schema == null || schema.startsWith("pg_temp") ? null : schema;
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
                isOfSystem(schema)
                    ? ofSystem(schema)
                    : "schema "
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

  /**
   * Returns why neither the target nor the staging table can be where they are to be: in a schema
   * of PostgreSQL itself, CREATE TABLE is refused even to superusers.
   */
  List<String> systemSchemas() {
    return Stream.of(table.schema(), stagingSchema)
        .distinct()
        .filter(ResolvedTarget::isOfSystem)
        .map(ResolvedTarget::ofSystem)
        .toList();
  }

  /** Names that begin so are reserved: CREATE SCHEMA refuses them. */
  private static boolean isOfSystem(String schema) {
    return schema.startsWith("pg_");
  }

  private static String ofSystem(String schema) {
    return "schema " + schema + " is PostgreSQL's own; name another schema";
  }

  /** The target as messages name it: {@code database.schema.table}. */
  @Override
  public String toString() {
    return Printable.of(database) + "." + table;
  }
}
