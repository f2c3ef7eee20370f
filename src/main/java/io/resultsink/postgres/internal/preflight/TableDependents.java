package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** The objects that depend on a table, from pg_depend and related catalogs. */
final class TableDependents {

  private final Session session;
  private final ExistingTable table;

  TableDependents(Session session, ExistingTable table) {
    this.session = session;
    this.table = table;
  }

  /**
   * Returns the objects that would prevent DROP TABLE: those outside of the table that refer to it,
   * its row type or its own sequences. Foreign keys of other tables are in {@link
   * #incomingForeignKeys}.
   */
  List<String> dependents() throws SQLException {
    return dependents("");
  }

  /** Returns those of these objects that {@code keep=all} cannot bind to a new table. */
  List<String> dependentsThatCannotBeRebound() throws SQLException {
    return dependents(
        """
           AND NOT coalesce(
                 (v.relkind = 'v' AND r.rulename = '_RETURN' OR r.rulename <> '_RETURN'
                  OR y.oid IS NOT NULL)
                 AND p.class = 'pg_class'::regclass AND p.id = ?::bigint::oid
                 AND pg_has_role(coalesce(v.relowner, (SELECT relowner FROM pg_class
                                                        WHERE oid = y.polrelid)), 'USAGE'), false)
        """);
  }

  private List<String> dependents(String and) throws SQLException {
    return list(
        """
        WITH parts AS (
          SELECT 'pg_class'::regclass AS class, ?::bigint::oid AS id
          UNION ALL
          SELECT 'pg_type'::regclass, t.oid FROM pg_type t
           WHERE t.typrelid = ?::bigint::oid
              OR t.typelem = (SELECT reltype FROM pg_class WHERE oid = ?::bigint::oid)
          UNION ALL
          SELECT 'pg_class'::regclass, d.objid FROM pg_depend d
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
             AND d.refobjid = ?::bigint::oid AND d.deptype IN ('a', 'i')
        )
        SELECT DISTINCT
               CASE WHEN r.rulename = '_RETURN'
                    THEN CASE v.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END
                         || v.oid::regclass
                    ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END
               || ' depends on it'
          FROM pg_depend d
          JOIN parts p ON p.class = d.refclassid AND p.id = d.refobjid
          LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
          LEFT JOIN pg_class v ON v.oid = r.ev_class
          LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
          LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
          LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
          LEFT JOIN pg_policy y ON d.classid = 'pg_policy'::regclass AND y.oid = d.objid
         WHERE (d.deptype IN ('n', 'e') OR (d.deptype = 'a' AND NOT g.tgisinternal)) -- goes with it
           AND coalesce(r.ev_class, k.conrelid, a.adrelid, g.tgrelid, y.polrelid, 0)
               <> ?::bigint::oid
           AND coalesce(k.contype, '-') <> 'f'
           AND NOT EXISTS (SELECT FROM parts own
                            WHERE own.class = d.classid AND own.id = d.objid)
        """
            + and
            + "ORDER BY 1",
        and.isEmpty() ? 5 : 6);
  }

  /** Returns the foreign keys of other tables that refer to this one. */
  List<String> incomingForeignKeys() throws SQLException {
    return list(
        """
        SELECT 'foreign key ' || quote_ident(conname) || ' of table ' || conrelid::regclass
               || ' references it'
          FROM pg_constraint
         WHERE contype = 'f' AND confrelid = ?::bigint::oid AND conrelid <> ?::bigint::oid
         ORDER BY 1
        """,
        2);
  }

  /** Returns the tables that inherit from it, or from which it inherits. */
  List<String> relatives() throws SQLException {
    return list(
        """
        SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = ?::bigint::oid
        UNION
        SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = ?::bigint::oid
        ORDER BY name
        """,
        2);
  }

  /** Returns the tables that inherit from it. */
  List<String> children() throws SQLException {
    return list(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ?::bigint::oid ORDER BY"
            + " 1",
        1);
  }

  /**
   * Returns those foreign keys of other tables that act on a DELETE of all rows, or cannot be
   * deferred.
   */
  List<String> foreignKeysThatForbidDelete() throws SQLException {
    return list(
        """
        SELECT 'foreign key ' || quote_ident(conname) || ' of table ' || conrelid::regclass
               || ' references it with ON DELETE '
               || CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
                                   WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT'
                                   ELSE 'NO ACTION and is not deferrable' END
          FROM pg_constraint
         WHERE contype = 'f' AND confrelid = ?::bigint::oid AND conrelid <> ?::bigint::oid
           AND NOT (confdeltype = 'a' AND condeferrable)
         ORDER BY 1
        """,
        2);
  }

  /**
   * Returns the policies and column grants that name a column which is not among {@code remaining}.
   */
  List<String> namingOtherColumnsThan(Collection<String> remaining) throws SQLException {
    String sql =
        """
        SELECT 'policy ' || quote_ident(y.polname) || ' names column ' || quote_ident(a.attname)
          FROM pg_policy y
          JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = y.oid
           AND d.refclassid = 'pg_class'::regclass AND d.refobjid = y.polrelid
          JOIN pg_attribute a ON a.attrelid = y.polrelid AND a.attnum = d.refobjsubid
         WHERE y.polrelid = ?::bigint::oid AND d.refobjsubid > 0 AND a.attname <> ALL (?)
        UNION
        SELECT 'a grant to ' || string_agg(DISTINCT
                 CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END, ', ')
               || ' names column ' || quote_ident(a.attname)
          FROM pg_attribute a, aclexplode(a.attacl) AS g
         WHERE a.attrelid = ?::bigint::oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
           AND a.attname <> ALL (?)
         GROUP BY a.attname
        ORDER BY 1
        """;
    Object names = remaining.toArray(String[]::new);
    return session.list(sql, row -> row.getString(1), table.oid(), names, table.oid(), names);
  }

  /** Publications that send this table's rows, perhaps as those of a table it is a partition of. */
  List<String> publications() throws SQLException {
    String sql =
        """
        WITH RECURSIVE tables (id) AS (
          SELECT ?::bigint::oid
           UNION ALL
          SELECT i.inhparent
            FROM tables t
            JOIN pg_class c ON c.oid = t.id AND c.relispartition
            JOIN pg_inherits i ON i.inhrelid = t.id)
        SELECT DISTINCT quote_ident(p.pubname)
          FROM tables t
          JOIN pg_class c ON c.oid = t.id
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = c.relname
         ORDER BY 1
        """;
    return session.list(sql, row -> row.getString(1), table.oid());
  }

  /** Returns the texts of a query whose parameters are all the table's oid. */
  private List<String> list(String sql, int parameters) throws SQLException {
    Object[] oids = Collections.nCopies(parameters, table.oid()).toArray();
    return session.list(sql, row -> row.getString(1), oids);
  }
}
