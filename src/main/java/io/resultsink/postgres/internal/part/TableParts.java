package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.part.TablePart.Fate;
import io.resultsink.postgres.internal.part.TablePart.Phase;
import io.resultsink.postgres.internal.session.PreparedQuery;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** All kinds of parts, in the order in which a dry run names them. */
@Internal
public final class TableParts {

  public static final TablePart OWNER = RightParts.OWNER;
  public static final TablePart GRANTS = RightParts.GRANTS;
  public static final TablePart COMMENTS = RightParts.COMMENTS;
  public static final TablePart ROW_SECURITY = RightParts.ROW_SECURITY;
  public static final TablePart POLICIES = RightParts.POLICIES;
  public static final TablePart SECURITY_LABELS = RightParts.SECURITY_LABELS;
  public static final TablePart REPLICA_IDENTITY = StorageParts.REPLICA_IDENTITY;
  public static final TablePart COLLATIONS = ColumnParts.COLLATIONS;
  public static final TablePart SETTINGS = ColumnParts.SETTINGS;
  public static final TablePart SEQUENCES = ColumnParts.SEQUENCES;

  /** Not a part: columns that an event trigger added. */
  public static final TablePart OTHER_COLUMNS = ColumnParts.OTHER_COLUMNS;

  /** The order in which the parts of one phase are made. */
  private static final List<TablePart> ALL =
      List.of(
          OWNER,
          GRANTS,
          COMMENTS,
          RightParts.ROW_TYPE,
          ROW_SECURITY,
          POLICIES,
          SECURITY_LABELS,
          REPLICA_IDENTITY,
          COLLATIONS,
          SETTINGS,
          RuleParts.INDEXES,
          RuleParts.INDEX_CONSTRAINTS,
          RuleParts.INDEX_NAMES,
          RuleParts.CONSTRAINTS,
          ForeignKeyParts.OUTGOING,
          ForeignKeyParts.LOOSE,
          ForeignKeyParts.INCOMING,
          ForeignKeyParts.INCOMING_NAMES,
          PartitionParts.LOCKS,
          PartitionParts.BOUND,
          PartitionParts.PLACE,
          RuleParts.TRIGGERS,
          RuleParts.CONSTRAINT_COMMENTS,
          RuleParts.RULES,
          ColumnParts.NOT_NULL,
          ColumnParts.DEFAULTS,
          ColumnParts.GENERATED,
          ColumnParts.IDENTITIES,
          SEQUENCES,
          ColumnParts.SEQUENCE_NAMES,
          StorageParts.STATISTICS,
          StorageParts.STATISTICS_NAMES,
          StorageParts.OPTIONS,
          StorageParts.TABLESPACE,
          StorageParts.PERSISTENCE,
          StorageParts.TYPED,
          ViewParts.LOCKS,
          OtherTableParts.LOCKS,
          ViewParts.VIEWS_OF_IT,
          OtherTableParts.POLICIES,
          OtherTableParts.RULES);

  private final Session session;
  private final TableName table;
  private final List<NewColumn> columns;

  /** A column of the new table; its type as SQL writes it under an empty search path. */
  public record NewColumn(String name, String type) {}

  /**
   * The names of a new table and of what belongs to it.
   *
   * @param table the table's, until it gets the old one's
   * @param prefix what the names of indexes, statistics objects, sequences and foreign keys begin
   *     with until they get those of the old ones
   */
  public record Fresh(TableName table, Identifier prefix) {}

  /**
   * A statement that makes a part.
   *
   * @param what the thing as messages name it
   * @param sql with {@code %s} for the new table's name
   */
  public record Making(String what, String sql) {

    /** Returns the statement for the new table of that name. */
    public String of(TableName fresh) {
      return sql.formatted(fresh.quoted());
    }
  }

  /**
   * Reads the parts of a table; none if there is no such table.
   *
   * @param columns the columns of the table that is to get them
   */
  public TableParts(Session session, TableName table, List<NewColumn> columns) {
    this.session = session;
    this.table = table;
    this.columns = List.copyOf(columns);
  }

  /** Reads the parts of a table, for another one with the same columns. */
  public static TableParts ofSameColumns(Session session, TableName table) throws SQLException {
    String sql =
        """
        SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum
        """;
    return new TableParts(
        session,
        table,
        session.list(
            sql, row -> new NewColumn(row.getString(1), row.getString(2)), table.quoted()));
  }

  /** Returns the parts of another table, for the same columns. */
  public TableParts on(TableName other) {
    return new TableParts(session, other, columns);
  }

  /** Returns the parts that are made in a phase. */
  public static List<TablePart> of(Phase phase) {
    return ALL.stream().filter(part -> part.phase() == phase).toList();
  }

  /** Returns the names that a dry run shows for parts of this fate. */
  public List<String> labels(Fate fate) throws SQLException {
    List<TablePart> parts =
        ALL.stream().filter(part -> part.fate() == fate && !part.labels().isEmpty()).toList();
    String sql =
        PartTables.all()
            + union(parts, part -> " AS part, f.what FROM (" + part.labels() + ") AS f (what)")
            + " WHERE what IS NOT NULL ORDER BY part, what";
    return session.list(sql, row -> row.getString("what"), values(null));
  }

  /** Returns the statements that make parts without names of their own. */
  public Map<TablePart, List<Making>> making(List<TablePart> parts) throws SQLException {
    return making(parts, null);
  }

  /**
   * Returns the statements that make parts, in their order. One query, since it is asked while
   * readers wait.
   *
   * @param fresh null for parts that need no names but the table's
   */
  public Map<TablePart, List<Making>> making(List<TablePart> parts, @Nullable Fresh fresh)
      throws SQLException {
    return grouped(parts, session.list(sql(parts, fresh), TableParts::asked, values(fresh)));
  }

  /** Prepares the query of the statements that make parts, to ask it several times. */
  public Asked prepare(List<TablePart> parts, @Nullable Fresh fresh) throws SQLException {
    PreparedQuery query = session.prepare(sql(parts, fresh), values(fresh));
    return () -> grouped(parts, query.list(TableParts::asked));
  }

  /** A prepared query of the statements that make parts. */
  @FunctionalInterface
  public interface Asked {
    /** Returns the statements as {@link #making(List)} does. */
    Map<TablePart, List<Making>> now() throws SQLException;
  }

  /** A row of the query; {@code what} is null for the part's own words. */
  private record Row(int part, @Nullable String what, String sql) {}

  private static Row asked(ResultSet row) throws SQLException {
    return new Row(row.getInt("part"), row.getString("what"), row.getString("sql"));
  }

  private static String sql(List<TablePart> parts, @Nullable Fresh fresh) {
    return (fresh == null ? PartTables.all() : PartTables.named(fresh.prefix()))
        + union(
            parts,
            part ->
                " AS part, f.rank, f.what, replace(f.before, '%', '%%')"
                    + " || coalesce('%s' || replace(f.after, '%', '%%'), '') AS sql FROM ("
                    + part.making()
                    + ") AS f (rank, what, before, after)")
        + " ORDER BY part, rank, sql";
  }

  private static Map<TablePart, List<Making>> grouped(List<TablePart> parts, List<Row> rows) {
    Map<TablePart, List<Making>> making = new LinkedHashMap<>();
    parts.forEach(part -> making.put(part, new ArrayList<>()));
    for (Row row : rows) {
      TablePart part = parts.get(row.part());
      making
          .computeIfAbsent(part, unknown -> new ArrayList<>())
          .add(new Making(row.what() == null ? part.words() : row.what(), row.sql()));
    }
    return making;
  }

  /** Returns the definitions of all columns, generated ones too, for CREATE TABLE. */
  public String definitions() throws SQLException {
    String sql =
        PartTables.all()
            + """
            SELECT string_agg(
                     quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                     || coalesce(' COLLATE ' || quote_ident(s.nspname) || '.'
                                 || quote_ident(l.collname), '')
                     || CASE a.attgenerated WHEN '' THEN ''
                             ELSE ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') '
                                  || CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END
                        END, ', ' ORDER BY a.attnum)
              FROM attributes a
              JOIN pg_type t ON t.oid = a.atttypid
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.oid <> t.typcollation
              LEFT JOIN pg_namespace s ON s.oid = l.collnamespace
            """;
    return session.one(sql, row -> row.getString(1), values(null));
  }

  /**
   * Returns whether a sealed table with some columns can become the new table, so that its rows
   * stay where they are.
   */
  public boolean rowsCanStay(List<String> names) throws SQLException {
    if (!names.equals(columns.stream().map(NewColumn::name).toList())) {
      return false;
    }
    String sql =
        PartTables.all()
            + """
            SELECT old.relpersistence = 'p'
                   AND NOT EXISTS (SELECT FROM attributes WHERE attgenerated <> '')
                   AND NOT EXISTS (SELECT FROM pg_constraint k
                                    WHERE k.conrelid = old.oid AND k.contype IN ('c', 'n')
                                      AND NOT k.convalidated)
              FROM old
            """;
    return session.find(sql, row -> row.getBoolean(1), values(null)).orElse(false);
  }

  private interface Query {
    String of(TablePart part);
  }

  private static String union(List<TablePart> parts, Query query) {
    return IntStream.range(0, parts.size())
        .mapToObj(i -> "SELECT " + i + query.of(parts.get(i)))
        .collect(Collectors.joining("\nUNION ALL ", "SELECT * FROM (", ") AS found"));
  }

  /** Returns the values of a query's parameters. */
  private Object[] values(@Nullable Fresh fresh) {
    List<Object> values = new ArrayList<>();
    values.add(table.quoted());
    values.add(columns.stream().map(NewColumn::name).toArray(String[]::new));
    values.add(columns.stream().map(NewColumn::type).toArray(String[]::new));
    if (fresh != null) {
      values.add(fresh.table().quoted());
    }
    return values.toArray();
  }
}
