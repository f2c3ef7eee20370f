package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The objects that hang on a table, as pg_depend and its neighbours tell. */
final class Attachments {

  private final Session session;
  private final ExistingTable table;

  Attachments(Session session, ExistingTable table) {
    this.session = session;
    this.table = table;
  }

  /**
   * Returns what would stop DROP TABLE: whatever refers to the table, its row type or its own
   * sequences and is not part of it. Foreign keys of other tables are told by {@link
   * #incomingForeignKeys}.
   */
  List<String> dependents() throws SQLException {
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
               CASE WHEN v.oid IS NOT NULL
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
         WHERE d.deptype IN ('n', 'e')
           AND coalesce(r.ev_class, k.conrelid, a.adrelid, g.tgrelid, y.polrelid, 0)
               <> ?::bigint::oid
           AND coalesce(k.contype, '-') <> 'f'
           AND NOT EXISTS (SELECT FROM parts own
                            WHERE own.class = d.classid AND own.id = d.objid)
         ORDER BY 1
        """,
        5);
  }

  /** Foreign keys of other tables that refer to this one. */
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

  /** The tables that inherit from it, or that it inherits from. */
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

  /** The tables that inherit from it. */
  List<String> children() throws SQLException {
    return list(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ?::bigint::oid ORDER BY 1",
        1);
  }

  /** Of those, the ones that a DELETE of all rows would set off, and cannot be put off. */
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

  /** Policies and column grants that name a column which is not among {@code remaining}. */
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
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      Object[] names = remaining.toArray();
      statement.setLong(1, table.oid());
      statement.setArray(2, session.connection().createArrayOf("text", names));
      statement.setLong(3, table.oid());
      statement.setArray(4, session.connection().createArrayOf("text", names));
      return read(statement);
    }
  }

  /** Returns what a new table in its place does not get. */
  List<String> lostByReplace() throws SQLException {
    return list(
        """
        SELECT what FROM (
          SELECT 1 AS rank, 'index ' || quote_ident(c.relname)
                 || CASE WHEN x.indisclustered THEN ' (that CLUSTER uses)' ELSE '' END
                 || CASE WHEN x.indisreplident THEN ' (that is its replica identity)' ELSE '' END
                 || CASE WHEN obj_description(c.oid, 'pg_class') IS NOT NULL
                         THEN ' and its comment' ELSE '' END AS what
            FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
           WHERE x.indrelid = ?::bigint::oid
          UNION ALL
          SELECT 2, 'constraint ' || quote_ident(conname)
                 || CASE WHEN obj_description(oid, 'pg_constraint') IS NOT NULL
                         THEN ' and its comment' ELSE '' END
            FROM pg_constraint
           WHERE conrelid = ?::bigint::oid
             AND (contype IN ('c', 'f', 't')
                  OR (contype <> 'n' AND obj_description(oid, 'pg_constraint') IS NOT NULL))
          UNION ALL
          SELECT 3, 'trigger ' || quote_ident(tgname) FROM pg_trigger
           WHERE tgrelid = ?::bigint::oid AND NOT tgisinternal
          UNION ALL
          SELECT 4, 'rule ' || quote_ident(rulename) FROM pg_rewrite
           WHERE ev_class = ?::bigint::oid
          UNION ALL
          SELECT 5, CASE WHEN attnotnull THEN 'NOT NULL of column ' || quote_ident(attname) END
            FROM pg_attribute
           WHERE attrelid = ?::bigint::oid AND attnum > 0 AND NOT attisdropped
          UNION ALL
          SELECT 6, CASE WHEN attidentity <> '' THEN 'identity of column '
                         WHEN attgenerated <> '' THEN 'generation of column '
                         WHEN atthasdef THEN 'default of column ' END || quote_ident(attname)
            FROM pg_attribute
           WHERE attrelid = ?::bigint::oid AND attnum > 0 AND NOT attisdropped
          UNION ALL
          SELECT 7, 'statistics object ' || quote_ident(stxname) FROM pg_statistic_ext
           WHERE stxrelid = ?::bigint::oid
          UNION ALL
          SELECT 8, 'storage options ' || array_to_string(reloptions, ', ') FROM pg_class
           WHERE oid = ?::bigint::oid AND reloptions IS NOT NULL
          UNION ALL
          SELECT 9, 'tablespace ' || quote_ident(s.spcname)
            FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace
           WHERE c.oid = ?::bigint::oid
          UNION ALL
          SELECT 10, 'UNLOGGED (the new table is logged)' FROM pg_class
           WHERE oid = ?::bigint::oid AND relpersistence = 'u'
          UNION ALL
          SELECT 11, 'being a table of type ' || reloftype::regtype FROM pg_class
           WHERE oid = ?::bigint::oid AND reloftype <> 0
        ) AS losses
         WHERE what IS NOT NULL
         ORDER BY rank, what
        """,
        11);
  }

  /**
   * Returns what a new table in its place gets from it.
   *
   * @param remaining the names of the columns that it has too
   */
  List<String> keptByReplace(Collection<String> remaining) throws SQLException {
    String sql =
        """
        SELECT what FROM (
          SELECT 1 AS rank, 'owner ' || quote_ident(pg_get_userbyid(relowner)) AS what
            FROM pg_class WHERE oid = ?::bigint::oid
          UNION ALL
          SELECT 2, count(*) || CASE count(*) WHEN 1 THEN ' grant' ELSE ' grants' END
            FROM (SELECT DISTINCT g.grantee, a.attnum
                    FROM pg_class c
                    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL,
                         aclexplode(coalesce(a.attacl, c.relacl)) AS g
                   WHERE c.oid = ?::bigint::oid AND g.grantee <> c.relowner) AS grants
          HAVING count(*) > 0
          UNION ALL
          SELECT 3, 'comment' WHERE EXISTS (SELECT FROM pg_description
                 WHERE classoid = 'pg_class'::regclass AND objoid = ?::bigint::oid)
          UNION ALL
          SELECT 4, 'row security' FROM pg_class WHERE oid = ?::bigint::oid AND relrowsecurity
          UNION ALL
          SELECT 5, 'policy ' || quote_ident(polname) FROM pg_policy
           WHERE polrelid = ?::bigint::oid
          UNION ALL
          SELECT 6, 'security label of ' || provider FROM pg_seclabel
           WHERE classoid = 'pg_class'::regclass AND objoid = ?::bigint::oid
          UNION ALL
          SELECT 7, 'replica identity' FROM pg_class
           WHERE oid = ?::bigint::oid AND relreplident IN ('f', 'n')
          UNION ALL
          SELECT 8, s.what || ' of column ' || quote_ident(a.attname)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid,
                 LATERAL (VALUES
                   ('collation', a.attcollation <> t.typcollation),
                   ('storage', a.attstorage <> t.typstorage),
                   ('compression', a.attcompression <> ''),
                   ('statistics target', a.attstattarget >= 0),
                   ('options', a.attoptions IS NOT NULL)) AS s (what, is_set)
           WHERE a.attrelid = ?::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
             AND s.is_set AND a.attname = ANY (?)
        ) AS carried
         ORDER BY rank, what
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      for (int i = 1; i <= 8; i++) {
        statement.setLong(i, table.oid());
      }
      statement.setArray(9, session.connection().createArrayOf("text", remaining.toArray()));
      return read(statement);
    }
  }

  /** Publications that send this table's rows. */
  List<String> publications() throws SQLException {
    String sql =
        """
        SELECT quote_ident(pubname) FROM pg_publication_tables
         WHERE schemaname = ? AND tablename = ? ORDER BY 1
        """;
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, table.name().schema());
      statement.setString(2, table.name().table());
      return read(statement);
    }
  }

  /** {@code sql} has the table's oid for each of its parameters. */
  private List<String> list(String sql, int parameters) throws SQLException {
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      for (int i = 1; i <= parameters; i++) {
        statement.setLong(i, table.oid());
      }
      return read(statement);
    }
  }

  private static List<String> read(PreparedStatement statement) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
