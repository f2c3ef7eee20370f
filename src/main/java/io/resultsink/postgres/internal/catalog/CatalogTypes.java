package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.internal.column.Column;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.column.PostgresType;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The reader of types from pg_type, with a domain's base type and an array's element type. */
public final class CatalogTypes {

  /** A type, and the NOT NULL and the default that its domain adds to a column. */
  record Found(PostgresType type, boolean notNull, boolean hasDefault) {}

  /** A type with a column's modifier. */
  record Key(long oid, int modifier) {}

  /** A row of pg_type; {@code sql} as format_type() shows it. */
  private record TypeRow(
      String sql,
      String schema,
      String name,
      char kind,
      Key base,
      boolean notNull,
      boolean hasDefault,
      long element) {}

  private final Session session;
  private final Map<Key, TypeRow> rows = new HashMap<>();
  private final Map<Key, Found> known = new HashMap<>();

  CatalogTypes(Session session) {
    this.session = session;
  }

  Found find(long oid, int modifier) throws SQLException {
    Found found = known.get(new Key(oid, modifier));
    if (found == null) {
      found = read(new Key(oid, modifier));
      known.put(new Key(oid, modifier), found);
    }
    return found;
  }

  /** Returns the types that a result names, as far as this database has them. */
  public static void requireTypesOfResult(Session session, Columns columns, List<String> problems)
      throws SQLException {
    List<Column> named = columns.columns().stream().filter(Column::typeOfResult).toList();
    if (named.isEmpty()) {
      return;
    }
    String sql =
        """
        SELECT n FROM pg_catalog.generate_subscripts(?::text[], 1) AS n
         WHERE pg_catalog.to_regtype((?::text[])[n]) IS NULL
        """;
    String[] types = named.stream().map(Column::type).toArray(String[]::new);
    for (int missing : session.list(sql, row -> row.getInt(1), types, types)) {
      Column column = named.get(missing - 1);
      problems.add(
          "column %s is of type %s, which this database does not have; create the type, or cast the column to text in the query"
              .formatted(column.name(), column.type()));
    }
  }

  private Found read(Key key) throws SQLException {
    if (!rows.containsKey(key)) {
      fetch(List.of(key));
    }
    TypeRow row = Objects.requireNonNull(rows.get(key), "the type of a column");
    boolean domain = row.kind() == 'd';
    Found base = domain ? find(row.base().oid(), row.base().modifier()) : null;
    PostgresType element =
        !domain && row.element() != 0 ? find(row.element(), key.modifier()).type() : null;
    PostgresType type =
        new PostgresType(
            row.sql(),
            row.schema(),
            row.name(),
            key.modifier(),
            row.kind(),
            base == null ? null : base.type(),
            element,
            "crm".indexOf(row.kind()) >= 0 ? parts(key.oid()) : List.of());
    return new Found(
        type,
        row.notNull() || (base != null && base.notNull()),
        row.hasDefault() || (base != null && base.hasDefault()));
  }

  /** Reads types in one statement, for later calls of {@link #find}. */
  void fetch(List<Key> keys) throws SQLException {
    String sql =
        """
        SELECT k.oid, k.modifier, pg_catalog.format_type(t.oid, k.modifier), n.nspname, t.typname,
               t.typtype, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault IS NOT NULL,
               CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem ELSE 0 END
          FROM unnest(?::bigint[], ?::integer[]) AS k (oid, modifier)
          JOIN pg_catalog.pg_type t ON t.oid = k.oid::oid
          JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        """;
    Object[] oids = keys.stream().map(Key::oid).toArray(Long[]::new);
    Object[] modifiers = keys.stream().map(Key::modifier).toArray(Integer[]::new);
    session
        .list(sql, CatalogTypes::row, oids, modifiers)
        .forEach(entry -> rows.put(entry.getKey(), entry.getValue()));
  }

  private static Map.Entry<Key, TypeRow> row(ResultSet row) throws SQLException {
    return Map.entry(
        new Key(row.getLong(1), row.getInt(2)),
        new TypeRow(
            row.getString(3),
            row.getString(4),
            row.getString(5),
            row.getString(6).charAt(0),
            new Key(row.getLong(7), row.getInt(8)),
            row.getBoolean(9),
            row.getBoolean(10),
            row.getLong(11)));
  }

  /** Returns the types of a composite's attributes, or of a range's bounds. */
  private List<PostgresType> parts(long oid) throws SQLException {
    String sql =
        """
        SELECT a.atttypid, a.atttypmod
          FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid
         WHERE t.oid = ?::bigint::oid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped
         UNION ALL
        SELECT rngsubtype, -1 FROM pg_catalog.pg_range
         WHERE ?::bigint::oid IN (rngtypid, rngmultitypid)
        """;
    return session.list(sql, row -> find(row.getLong(1), row.getInt(2)).type(), oid, oid);
  }
}
