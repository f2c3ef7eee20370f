package io.resultsink.postgres.testing;

import io.resultsink.postgres.internal.column.PostgresType;
import io.resultsink.postgres.internal.column.TargetColumn;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the catalog says of a table's columns, read as simply as can be. */
public final class CatalogTypes {

  private static final String COLUMNS =
      """
      SELECT attname, atttypid, atttypmod, attnotnull, atthasdef, attgenerated <> '' OR attidentity = 'a'
      FROM pg_catalog.pg_attribute
      WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum
      """;

  private static final String TYPE =
      """
      SELECT pg_catalog.format_type(t.oid, ?), n.nspname, t.typname, t.typtype, t.typbasetype,
        t.typtypmod, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typnotnull
      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.oid = ?::oid
      """;

  private static final String PARTS =
      """
      SELECT atttypid, atttypmod FROM pg_catalog.pg_attribute
      WHERE attrelid = (SELECT typrelid FROM pg_catalog.pg_type WHERE oid = ?::oid AND typtype = 'c')
        AND attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT rngsubtype, -1 FROM pg_catalog.pg_range WHERE ?::oid IN (rngtypid, rngmultitypid)
      """;

  private final CopyServer server;

  public CatalogTypes(CopyServer server) {
    this.server = server;
  }

  public List<TargetColumn> columns(String table) throws SQLException {
    List<TargetColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = server.connection().prepareStatement(COLUMNS)) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(
              new TargetColumn(
                  row.getString(1),
                  type(row.getLong(2), row.getInt(3)),
                  row.getBoolean(4),
                  row.getBoolean(5),
                  row.getBoolean(6)));
        }
      }
    }
    return columns;
  }

  private PostgresType type(long oid, int modifier) throws SQLException {
    try (PreparedStatement statement = server.connection().prepareStatement(TYPE)) {
      statement.setInt(1, modifier);
      statement.setLong(2, oid);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new PostgresType(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            modifier,
            row.getString(4).charAt(0),
            typeOrNull(row.getLong(5), row.getInt(6)),
            typeOrNull(row.getLong(7), modifier),
            parts(oid));
      }
    }
  }

  private List<PostgresType> parts(long oid) throws SQLException {
    List<PostgresType> parts = new ArrayList<>();
    try (PreparedStatement statement = server.connection().prepareStatement(PARTS)) {
      statement.setLong(1, oid);
      statement.setLong(2, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          parts.add(type(row.getLong(1), row.getInt(2)));
        }
      }
    }
    return parts;
  }

  private @Nullable PostgresType typeOrNull(long oid, int modifier) throws SQLException {
    return oid == 0 ? null : type(oid, modifier);
  }
}
