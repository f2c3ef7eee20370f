package io.resultsink.postgres.publish;

import io.resultsink.postgres.column.Column;
import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.destination.ServerReason;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The properties that a replaced table hands on to the new one: owner, grants, comments, row
 * security, settings of columns.
 *
 * <p>Each is kept as the statements that make it so, with {@code %s} for the new table's name, so
 * that two tables have the same when their statements are the same. A grant that a third role had
 * given is given by the owner.
 */
final class CarryOver {

  /** The parts, in the order in which they are made; a message calls them as they are here. */
  enum Part {
    OWNER("owner"),
    /**
     * Made while the table is empty, or before it is analyzed, since a new collation takes
     * statistics; collations first, since they take the column's other settings, too.
     */
    SETTINGS("settings of columns"),
    GRANTS("privileges"),
    LABELS("comments and labels"),
    ROW_SECURITY("row security"),
    /**
     * Expressions, which mean what they meant only under the empty search path that they were read
     * under. Made after the rename: a policy that reads its own table would be bound to the old one
     * before.
     */
    POLICIES("policies"),
    /** Not handed on: the new table has those of the result. */
    OTHER_COLUMNS("added columns");

    private final String words;

    Part(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * Rows of the part, a rank in it, and the statement before and after the table's name. One query,
   * since it is asked while readers wait.
   */
  private static final String STATEMENTS =
      """
      WITH old AS (SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(?)),
      remaining AS (SELECT * FROM unnest(?::text[], ?::text[]) AS r (name, type)),
      kept AS (
        SELECT a.*, quote_ident(a.attname) AS quoted, r.type, n.typcollation AS new_collation,
               n.typstorage AS new_storage
          FROM old JOIN pg_attribute a ON a.attrelid = old.oid
          JOIN remaining r ON r.name = a.attname
          JOIN pg_type n ON n.oid = to_regtype(r.type)
         WHERE a.attnum > 0 AND NOT a.attisdropped),
      grants AS (
        SELECT '' AS columns, g.*
          FROM old, aclexplode(coalesce(old.relacl, acldefault('r', old.relowner))) AS g
         UNION ALL
        SELECT ' (' || kept.quoted || ')', g.* FROM kept, aclexplode(kept.attacl) AS g)
      SELECT part, replace(before, '%', '%%') || '%s' || replace(after, '%', '%%')
        FROM (
        SELECT 'OWNER' AS part, 0 AS rank, 'ALTER TABLE ' AS before,
               ' OWNER TO ' || quote_ident(pg_get_userbyid(relowner)) AS after
          FROM old
         UNION ALL
        SELECT 'SETTINGS', rank, 'ALTER TABLE ', ' ALTER COLUMN ' || quoted || setting
          FROM kept, LATERAL (
            SELECT 1 AS rank, ' TYPE ' || type || ' COLLATE ' || quote_ident(s.nspname) || '.'
                   || quote_ident(l.collname) AS setting
              FROM pg_collation l JOIN pg_namespace s ON s.oid = l.collnamespace
             WHERE l.oid = attcollation AND new_collation <> 0 AND attcollation <> new_collation
             UNION ALL
            SELECT 2, ' SET STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
                                        WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END
             WHERE new_storage <> 'p' AND attstorage <> new_storage
               AND attstorage <> (SELECT typstorage FROM pg_type WHERE oid = atttypid)
             UNION ALL
            SELECT 2, ' SET COMPRESSION ' || CASE attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END
             WHERE new_storage <> 'p' AND attcompression <> ''
             UNION ALL
            SELECT 2, ' SET STATISTICS ' || attstattarget WHERE attstattarget >= 0
             UNION ALL
            SELECT 2, ' SET (' || array_to_string(attoptions, ', ') || ')'
             WHERE attoptions IS NOT NULL) AS settings
         UNION ALL
        SELECT 'SETTINGS', 0, 'ALTER TABLE ',
               ' REPLICA IDENTITY ' || CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END
          FROM old WHERE relreplident IN ('f', 'n')
         UNION ALL
        SELECT 'GRANTS', 0, 'GRANT ' || g.privilege_type || g.columns || ' ON TABLE ',
               ' TO ' || CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                        ELSE quote_ident(pg_get_userbyid(g.grantee)) END
               || CASE WHEN bool_or(g.is_grantable) AND (g.columns <> '' OR g.grantee <> relowner)
                       THEN ' WITH GRANT OPTION' ELSE '' END
          FROM old, grants AS g
         GROUP BY g.privilege_type, g.columns, g.grantee, relowner
         UNION ALL
        SELECT 'LABELS', 0, 'COMMENT ON TABLE ', ' IS ' || quote_literal(d.description)
          FROM old JOIN pg_description d ON d.objoid = old.oid
         WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0
         UNION ALL
        SELECT 'LABELS', 1, 'COMMENT ON COLUMN ',
               '.' || kept.quoted || ' IS ' || quote_literal(d.description)
          FROM kept JOIN pg_description d ON d.objoid = attrelid AND d.objsubid = attnum
         WHERE d.classoid = 'pg_class'::regclass
         UNION ALL
        SELECT 'LABELS', 2, 'SECURITY LABEL FOR ' || quote_ident(l.provider)
               || CASE l.objsubid WHEN 0 THEN ' ON TABLE ' ELSE ' ON COLUMN ' END,
               coalesce('.' || kept.quoted, '') || ' IS ' || quote_literal(l.label)
          FROM old JOIN pg_seclabel l ON l.objoid = old.oid AND l.classoid = 'pg_class'::regclass
          LEFT JOIN kept ON kept.attnum = l.objsubid
         WHERE l.objsubid = 0 OR kept.attnum IS NOT NULL
         UNION ALL
        SELECT 'ROW_SECURITY', 0, 'ALTER TABLE ',
               CASE WHEN relrowsecurity THEN ' ENABLE' ELSE ' DISABLE' END
               || ' ROW LEVEL SECURITY, '
               || CASE WHEN relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END
               || ' ROW LEVEL SECURITY'
          FROM old
         UNION ALL
        SELECT 'POLICIES', 0, '', '' FROM old
         WHERE EXISTS (SELECT FROM pg_policy WHERE polrelid = old.oid)
         UNION ALL
        SELECT 'OTHER_COLUMNS', attnum, 'ALTER TABLE ', ' ADD COLUMN ' || quote_ident(attname)
          FROM old JOIN pg_attribute ON attrelid = old.oid
         WHERE attnum > 0 AND NOT attisdropped AND attname NOT IN (SELECT name FROM remaining)
        ) AS statements
       ORDER BY part, rank, before, after
      """;

  /** Apart, since reading an expression locks the tables that it reads. */
  private static final String POLICIES =
      """
      SELECT 'POLICIES', replace(before, '%', '%%') || '%s' || replace(after, '%', '%%')
        FROM (
        SELECT y.polname, 0 AS rank, 'CREATE POLICY ' || quote_ident(y.polname) || ' ON ' AS before,
               ' AS ' || CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END ||
               ' FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                                      WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                                      ELSE 'ALL' END ||
               ' TO ' || (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC'
                                                   ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
                            FROM unnest(polroles) AS r) ||
               coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '') ||
               coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '') AS after
          FROM pg_policy y WHERE y.polrelid = to_regclass(?)
         UNION ALL
        SELECT y.polname, 1, 'COMMENT ON POLICY ' || quote_ident(y.polname) || ' ON ',
               ' IS ' || quote_literal(d.description)
          FROM pg_policy y
          JOIN pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = y.oid
         WHERE y.polrelid = to_regclass(?)
        ) AS statements
       ORDER BY rank, polname
      """;

  /** The grantees of a table, for taking back what default privileges gave. */
  private static final String GRANTEES =
      """
      SELECT 'GRANTS', 'REVOKE ALL ON TABLE %s FROM ' || replace(who, '%', '%%')
        FROM (SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                   ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS who
                FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS g
               WHERE c.oid = to_regclass(?)) AS grantees
      """;

  private final Map<Part, List<String>> statements = new EnumMap<>(Part.class);

  private CarryOver() {
    for (Part part : Part.values()) {
      statements.put(part, new ArrayList<>());
    }
  }

  /**
   * Reads what {@code table} has but its policies, for the columns that the new one has too;
   * nothing when there is no such table.
   */
  static CarryOver read(Session session, TableName table, Columns columns) throws SQLException {
    CarryOver found = new CarryOver();
    Object[] names = columns.columns().stream().map(Column::name).toArray();
    Object[] types = columns.columns().stream().map(Column::type).toArray();
    try (PreparedStatement statement = session.connection().prepareStatement(STATEMENTS)) {
      statement.setString(1, table.quoted());
      statement.setArray(2, session.connection().createArrayOf("text", names));
      statement.setArray(3, session.connection().createArrayOf("text", types));
      found.add(statement);
    }
    return found;
  }

  /** As {@link #read}, and its policies, for which the tables that they read are locked. */
  static CarryOver readAll(Session session, TableName table, Columns columns) throws SQLException {
    CarryOver found = read(session, table, columns);
    if (!found.statements.get(Part.POLICIES).isEmpty()) {
      found.readPolicies(session, table);
    }
    return found;
  }

  private void readPolicies(Session session, TableName table) throws SQLException {
    statements.get(Part.POLICIES).clear();
    try (PreparedStatement statement = session.connection().prepareStatement(POLICIES)) {
      statement.setString(1, table.quoted());
      statement.setString(2, table.quoted());
      add(statement);
    }
  }

  private void add(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        statements.get(Part.valueOf(rows.getString(1))).add(rows.getString(2));
      }
    }
  }

  /** Returns whether two tables have the same of a part. */
  boolean same(Part part, CarryOver other) {
    return statements.get(part).equals(other.statements.get(part));
  }

  /** Returns what is not as it was handed on, in the table that was made from it. */
  List<Part> differences(CarryOver made) {
    return Stream.of(Part.values())
        .filter(
            part ->
                part == Part.OTHER_COLUMNS
                    ? !made.statements.get(part).isEmpty()
                    : !same(part, made))
        .toList();
  }

  /** The statements that make parts of it for {@code table}. */
  String[] making(TableName table, Part... parts) {
    return Stream.of(parts)
        .flatMap(part -> statements.get(part).stream())
        .map(statement -> statement.formatted(table.quoted()))
        .toArray(String[]::new);
  }

  /** Gives owner, privileges and comments to {@code table}, and takes away what it had beyond. */
  void applyGrants(Session session, TableName table) throws SQLException {
    session.define(making(table, Part.OWNER));
    CarryOver had = new CarryOver();
    try (PreparedStatement statement = session.connection().prepareStatement(GRANTEES)) {
      statement.setString(1, table.quoted());
      had.add(statement);
    }
    session.define(
        Stream.of(had.making(table, Part.GRANTS), making(table, Part.GRANTS, Part.LABELS))
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  /** Makes the policies of {@code table}, which has its name by now. */
  void applyPolicies(Session session, TableName table) throws SQLException {
    try {
      session.defineExpressions(making(table, Part.POLICIES));
    } catch (SQLException e) {
      if (!SqlState.isOfDefinition(e)) {
        throw e;
      }
      throw new PublishFailedException(
          "the policies of "
              + table
              + " cannot be made for its new table (SQLSTATE "
              + SqlState.of(e)
              + "): "
              + ServerReason.of(e)
              + "; rolled back, the table is untouched; they are made under an empty search_path,"
              + " so that an event trigger's function needs a SET search_path of its own",
          Remedy.FIX_TABLE,
          SqlState.of(e),
          ServerReason.scrubbed(e));
    }
  }
}
