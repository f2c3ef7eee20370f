package io.resultsink.postgres.part;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.sdk.annotations.Internal;

/** All parts that a table may have, in the order in which a dry run names them. */
@Internal
public final class TableParts {

  public static final TablePart OWNER = RightParts.OWNER;
  public static final TablePart GRANTS = RightParts.GRANTS;
  public static final TablePart COMMENTS = RightParts.COMMENTS;
  public static final TablePart ROW_SECURITY = RightParts.ROW_SECURITY;
  public static final TablePart POLICIES = RightParts.POLICIES;
  public static final TablePart SECURITY_LABELS = RightParts.SECURITY_LABELS;
  public static final TablePart REPLICA_IDENTITY = StorageParts.REPLICA_IDENTITY;
  public static final TablePart SETTINGS = ColumnParts.SETTINGS;

  /** No part of a table, but what another hand has added to one. */
  public static final TablePart OTHER_COLUMNS = ColumnParts.OTHER_COLUMNS;

  private static final List<TablePart> ALL =
      List.of(
          OWNER,
          GRANTS,
          COMMENTS,
          ROW_SECURITY,
          POLICIES,
          SECURITY_LABELS,
          REPLICA_IDENTITY,
          SETTINGS,
          RuleParts.INDEXES,
          RuleParts.CONSTRAINTS,
          RuleParts.TRIGGERS,
          RuleParts.RULES,
          ColumnParts.NOT_NULL,
          ColumnParts.DEFAULTS,
          ColumnParts.GENERATED,
          ColumnParts.IDENTITIES,
          StorageParts.STATISTICS,
          StorageParts.OPTIONS,
          StorageParts.TABLESPACE,
          StorageParts.PERSISTENCE,
          StorageParts.TYPED);

  /** What the parts' queries read. */
  private static final String TABLE =
      """
      WITH old AS (SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(?)),
      given AS (SELECT * FROM unnest(?::text[], ?::text[]) AS g (name, type)),
      attributes AS (
        SELECT a.* FROM old JOIN pg_attribute a ON a.attrelid = old.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped),
      remaining AS (
        SELECT a.*, quote_ident(a.attname) AS quoted, g.type, n.typcollation AS new_collation,
               n.typstorage AS new_storage
          FROM attributes a
          JOIN given g ON g.name = a.attname
          JOIN pg_type n ON n.oid = to_regtype(g.type))
      """;

  private final Session session;
  private final TableName table;
  private final List<NewColumn> columns;

  /** A column of the new table; its type as SQL writes it under an empty search path. */
  public record NewColumn(String name, String type) {}

  /**
   * The parts of a table; none when there is no such table.
   *
   * @param columns those of the table that is to have its parts
   */
  public TableParts(Session session, TableName table, List<NewColumn> columns) {
    this.session = session;
    this.table = table;
    this.columns = List.copyOf(columns);
  }

  /** Returns what a dry run names of the parts that have this fate. */
  public List<String> labels(TablePart.Fate fate) throws SQLException {
    List<TablePart> parts =
        ALL.stream().filter(part -> part.fate() == fate && !part.labels().isEmpty()).toList();
    String sql =
        TABLE
            + union(parts, part -> " AS part, f.what FROM (" + part.labels() + ") AS f (what)")
            + " WHERE what IS NOT NULL ORDER BY part, what";
    List<String> labels = new ArrayList<>();
    try (PreparedStatement statement = prepare(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        labels.add(rows.getString("what"));
      }
    }
    return labels;
  }

  /**
   * Returns the statements that make parts, in their order, with {@code %s} for the table's name.
   * One query, since it is asked while readers wait.
   */
  public Map<TablePart, List<String>> statements(List<TablePart> parts) throws SQLException {
    String sql =
        TABLE
            + union(
                parts,
                part ->
                    " AS part, f.rank, replace(f.before, '%', '%%') || '%s'"
                        + " || replace(f.after, '%', '%%') AS statement FROM ("
                        + part.making()
                        + ") AS f (rank, before, after)")
            + " ORDER BY part, rank, statement";
    Map<TablePart, List<String>> statements = new HashMap<>();
    parts.forEach(part -> statements.put(part, new ArrayList<>()));
    try (PreparedStatement statement = prepare(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        statements.get(parts.get(rows.getInt("part"))).add(rows.getString("statement"));
      }
    }
    return statements;
  }

  private interface Query {
    String of(TablePart part);
  }

  private static String union(List<TablePart> parts, Query query) {
    return IntStream.range(0, parts.size())
        .mapToObj(i -> "SELECT " + i + query.of(parts.get(i)))
        .collect(Collectors.joining("\nUNION ALL ", "SELECT * FROM (", ") AS found"));
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = session.connection().prepareStatement(sql);
    statement.setString(1, table.quoted());
    statement.setArray(2, texts(columns.stream().map(NewColumn::name).toArray()));
    statement.setArray(3, texts(columns.stream().map(NewColumn::type).toArray()));
    return statement;
  }

  private java.sql.Array texts(Object[] texts) throws SQLException {
    return session.connection().createArrayOf("text", texts);
  }
}
