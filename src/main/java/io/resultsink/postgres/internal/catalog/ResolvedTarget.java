package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The place of the target, as PostgreSQL found it.
 *
 * @param database the database's name
 * @param table the table, with its schema; it may not exist yet
 * @param stagingSchema where the staging table and the ledger live
 */
@Internal
public record ResolvedTarget(String database, TableName table, String stagingSchema) {

  /** The table's schema. */
  public String schema() {
    return Objects.requireNonNull(table.schema());
  }

  /**
   * Finds the table as PostgreSQL does: a bare name by the role's search path. A missing table is
   * where CREATE TABLE would create it.
   *
   * @throws IncompatibleTableException if its schema, or the staging schema, does not exist
   */
  public static ResolvedTarget resolve(Session session, PostgresTarget target) throws SQLException {
    TableName asked = target.table();
    String schema = asked.schema();
    Bare bare = schema == null ? bare(session, asked.table()) : Bare.NONE;
    List<String> named =
        Stream.of(schema, target.stagingSchema()).filter(Objects::nonNull).distinct().toList();
    record Place(String database, List<String> schemas, @Nullable String found) {}
    // The schema of a bare name exists, because it was found there.
    String sql =
        """
        SELECT current_database(),
               ARRAY(SELECT nspname::text FROM pg_namespace WHERE nspname = ANY (?)),
               (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.oid = ?::bigint::oid AND n.oid <> pg_my_temp_schema())
        """;
    Place place =
        session.one(
            sql,
            row ->
                new Place(
                    row.getString(1),
                    List.of((String[]) row.getArray(2).getArray()),
                    row.getString(3)),
            named.toArray(String[]::new),
            bare.oid());
    String database = place.database();
    List<String> existing = place.schemas();
    if (schema == null) {
      schema = place.found() == null ? bare.creation() : place.found();
    }
    if (schema == null) {
      throw new IncompatibleTableException(
          "table " + asked + " of database " + database + " cannot be found or created",
          List.of(
              "no schema of this role's search_path exists; name one with schema.table or"
                  + " schema="));
    }
    List<String> missing = new ArrayList<>(named);
    missing.removeAll(existing);
    if (!missing.isEmpty()) {
      throw new IncompatibleTableException(
          database + "." + schema + "." + asked.table() + " cannot be written",
          missing.stream()
              .map(
                  name ->
                      ofSystem(name)
                          .orElse(
                              "schema "
                                  + name
                                  + " does not exist; create it with CREATE SCHEMA "
                                  + Identifier.quote(name)))
              .toList());
    }
    String stagingSchema = Objects.requireNonNullElse(target.stagingSchema(), schema);
    return new ResolvedTarget(database, new TableName(schema, asked.table()), stagingSchema);
  }

  /** The relation of a bare name: its oid, or 0, and the schema in which it would be created. */
  private record Bare(long oid, @Nullable String creation) {
    static final Bare NONE = new Bare(0, null);
  }

  /**
   * Looks up a bare name. Only these two functions run under the role's search path, because a
   * schema in it could shadow operators and types. Temporary tables are ignored, because only this
   * session has them.
   */
  private static Bare bare(Session session, String table) throws SQLException {
    session.useRoleSearchPathBeforeTemporary();
    Bare bare =
        session.one(
            "SELECT pg_catalog.to_regclass(?)::pg_catalog.oid, pg_catalog.current_schema()",
            row -> new Bare(row.getLong(1), lasting(row.getString(2))),
            Identifier.quote(table));
    session.useEmptySearchPath();
    return bare;
  }

  /** Without an existing schema in the search path, only the session's temporary schema is left. */
  private static @Nullable String lasting(@Nullable String schema) {
    return schema == null || schema.startsWith("pg_temp") ? null : schema;
  }

  /**
   * Returns why a schema cannot have the target or the staging table: in PostgreSQL's own schemas,
   * CREATE TABLE is refused even to superusers.
   */
  public List<String> systemSchemas() {
    return Stream.of(table.schema(), stagingSchema)
        .distinct()
        .flatMap(schema -> ofSystem(schema).stream())
        .toList();
  }

  /** Returns why a schema cannot have a table of ours; absent if it can. */
  public static Optional<String> ofSystem(String schema) {
    return schema.startsWith("pg_") // CREATE SCHEMA reserves names that begin so
        ? Optional.of("schema " + schema + " is PostgreSQL's own; name another schema")
        : Optional.empty();
  }

  /** Returns the target as messages name it: {@code database.schema.table}. */
  @Override
  public String toString() {
    return Printable.of(database) + "." + table;
  }
}
