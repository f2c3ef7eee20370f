package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.column.TargetColumn;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A table that exists, as pg_catalog shows it.
 *
 * @param kind pg_class.relkind: r table, p partitioned table, v view, m materialized view, f
 *     foreign table
 * @param isPartition whether it is a partition of another table
 * @param hasChildren whether other tables inherit from it (or are its partitions)
 * @param hasParents whether it inherits from other tables (or is a partition)
 * @param owned whether our role owns it, or has the owner's privileges
 * @param rowSecurityActive whether policies apply to our role
 * @param rows the planner's estimate, -1 when unknown
 */
@Internal
public record ExistingTable(
    long oid,
    TableName name,
    char kind,
    String owner,
    boolean owned,
    boolean isPartition,
    boolean hasChildren,
    boolean hasParents,
    boolean temporary,
    boolean rowSecurityActive,
    char replicaIdentity,
    boolean hasPrimaryKey,
    long rows,
    List<TargetColumn> columns) {

  /** Its schema. */
  public String schema() {
    return Objects.requireNonNull(name.schema());
  }

  /** Returns the table of that name, which has a schema; absent if there is none. */
  public static Optional<ExistingTable> find(Session session, TableName name) throws SQLException {
    String sql =
        """
        SELECT c.oid, c.relkind, c.relispartition, c.relreplident, c.reltuples::bigint AS rows,
               pg_catalog.pg_get_userbyid(c.relowner) AS owner,
               pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
               c.relpersistence = 't' AS temporary,
               EXISTS (SELECT FROM pg_catalog.pg_inherits i
                        WHERE i.inhparent = c.oid) AS has_children,
               EXISTS (SELECT FROM pg_catalog.pg_inherits i
                        WHERE i.inhrelid = c.oid) AS has_parents,
               EXISTS (SELECT FROM pg_catalog.pg_index x
                        WHERE x.indrelid = c.oid AND x.indisprimary) AS has_primary_key,
               pg_catalog.row_security_active(c.oid) AS row_security_active
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relname = ?
        """;
    return session.find(
        sql,
        row ->
            new ExistingTable(
                row.getLong("oid"),
                name,
                row.getString("relkind").charAt(0),
                row.getString("owner"),
                row.getBoolean("owned"),
                row.getBoolean("relispartition"),
                row.getBoolean("has_children"),
                row.getBoolean("has_parents"),
                row.getBoolean("temporary"),
                row.getBoolean("row_security_active"),
                row.getString("relreplident").charAt(0),
                row.getBoolean("has_primary_key"),
                row.getLong("rows"),
                readColumns(session, row.getLong("oid"))),
        name.schema(),
        name.table());
  }

  /** Returns whether rows can be written to it, which holds for plain and partitioned tables. */
  public boolean isTable() {
    return isTable(kind);
  }

  /** Returns whether rows can be written to relations of a kind of {@link #kindOf}. */
  public static boolean isTable(char kind) {
    return kind == 'r' || kind == 'p';
  }

  /** Returns pg_class.relkind of the relation of that name; absent when there is none. */
  public static Optional<Character> kindOf(Session session, TableName name) throws SQLException {
    String sql =
        """
        SELECT c.relkind FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relname = ?
        """;
    return session.find(sql, row -> row.getString(1).charAt(0), name.schema(), name.table());
  }

  private static List<TargetColumn> readColumns(Session session, long oid) throws SQLException {
    record Attribute(
        String name, long type, int modifier, boolean notNull, boolean fills, boolean always) {}
    String sql =
        """
        SELECT attname, atttypid, atttypmod, attnotnull,
               atthasdef OR attidentity <> '' OR attgenerated <> '',
               attidentity = 'a' OR attgenerated <> ''
          FROM pg_catalog.pg_attribute
         WHERE attrelid = ?::bigint::oid AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum
        """;
    List<Attribute> attributes =
        session.list(
            sql,
            row ->
                new Attribute(
                    row.getString(1),
                    row.getLong(2),
                    row.getInt(3),
                    row.getBoolean(4),
                    row.getBoolean(5),
                    row.getBoolean(6)),
            oid);
    CatalogTypes types = new CatalogTypes(session);
    types.fetch(
        attributes.stream()
            .map(attribute -> new CatalogTypes.Key(attribute.type(), attribute.modifier()))
            .distinct()
            .toList());
    List<TargetColumn> columns = new ArrayList<>();
    for (Attribute attribute : attributes) {
      CatalogTypes.Found type = types.find(attribute.type(), attribute.modifier());
      columns.add(
          new TargetColumn(
              attribute.name(),
              type.type(),
              attribute.notNull() || type.notNull(),
              attribute.fills() || type.hasDefault(),
              attribute.always()));
    }
    return List.copyOf(columns);
  }
}
