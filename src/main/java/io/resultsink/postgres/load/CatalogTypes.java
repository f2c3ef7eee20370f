package io.resultsink.postgres.load;

import io.resultsink.postgres.column.Column;
import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.column.PostgresType;
import io.resultsink.postgres.destination.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads types from pg_type, a domain's base and an array's element included. */
final class CatalogTypes {

  /** A type, and what its domain adds to a column: NOT NULL and a default. */
  record Found(PostgresType type, boolean notNull, boolean hasDefault) {}

  private record Key(long oid, int modifier) {}

  private final Session session;
  private final Map<Key, Found> known = new HashMap<>();

  CatalogTypes(Session session) {
    this.session = session;
  }

  Found find(long oid, int modifier) throws SQLException {
    Found found = known.get(new Key(oid, modifier));
    if (found == null) {
      found = read(oid, modifier);
      known.put(new Key(oid, modifier), found);
    }
    return found;
  }

  /** Looks for the types that a result names; those of another database need not be in this one. */
  static void requireTypesOfResult(Session session, Columns columns, List<String> problems)
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

  private Found read(long oid, int modifier) throws SQLException {
    String sql =
        """
        SELECT pg_catalog.format_type(t.oid, ?), n.nspname, t.typname, t.typtype,
               t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault IS NOT NULL,
               CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem ELSE 0 END
          FROM pg_catalog.pg_type t
          JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
         WHERE t.oid = ?::bigint::oid
        """;
    return session.one(sql, row -> found(row, oid, modifier), modifier, oid);
  }

  private Found found(ResultSet row, long oid, int modifier) throws SQLException {
    boolean domain = row.getString(4).equals("d");
    Found base = domain ? find(row.getLong(5), row.getInt(6)) : null;
    PostgresType element =
        !domain && row.getLong(9) != 0 ? find(row.getLong(9), modifier).type() : null;
    PostgresType type =
        new PostgresType(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            modifier,
            row.getString(4).charAt(0),
            base == null ? null : base.type(),
            element,
            "crm".contains(row.getString(4)) ? parts(oid) : List.of());
    return new Found(
        type,
        row.getBoolean(7) || (base != null && base.notNull()),
        row.getBoolean(8) || (base != null && base.hasDefault()));
  }

  /** The types of which values of a composite, range or multirange are made. */
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
