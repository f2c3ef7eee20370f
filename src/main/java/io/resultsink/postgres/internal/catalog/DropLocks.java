package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The other tables and sequences that DROP TABLE locks. It takes ACCESS EXCLUSIVE on each, because
 * their triggers or owners change.
 */
@Internal
public final class DropLocks {

  private DropLocks() {}

  /**
   * Returns a query for them, with the columns {@code relation} and {@code label}.
   *
   * @param table an expression that is the table's oid
   */
  public static String query(String table) {
    return """
    SELECT k.confrelid AS relation,
           'table ' || k.confrelid::regclass || ', which it references' AS label
      FROM pg_constraint k
     WHERE k.contype = 'f' AND k.conrelid = %1$s AND k.confrelid <> k.conrelid
    UNION
    SELECT k.conrelid, 'table ' || k.conrelid::regclass || ', which references it'
      FROM pg_constraint k
     WHERE k.contype = 'f' AND k.confrelid = %1$s AND k.confrelid <> k.conrelid
    UNION
    SELECT i.inhparent, 'table ' || i.inhparent::regclass || ', of which it is a partition'
      FROM pg_inherits i
     WHERE i.inhrelid = %1$s
    UNION
    SELECT p.partdefid, 'table ' || p.partdefid::regclass
           || ', the default partition beside it, which is read meanwhile'
      FROM pg_inherits i
      JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
     WHERE i.inhrelid = %1$s AND p.partdefid NOT IN (0, i.inhrelid)
    UNION
    SELECT y.polrelid, 'table ' || y.polrelid::regclass || ', a policy of which reads it'
      FROM pg_depend d
      JOIN pg_policy y ON y.oid = d.objid AND y.polrelid <> %1$s
     WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = %1$s
    UNION
    SELECT s.oid, 'sequence ' || s.oid::regclass || ', which it owns'
      FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = %1$s AND d.deptype IN ('a', 'i')
    UNION
    SELECT v.oid,
           CASE WHEN r.rulename = '_RETURN'
                THEN 'view ' || v.oid::regclass || ', which reads it'
                ELSE CASE v.relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || v.oid::regclass
                     || ', a rule of which names it' END
      FROM pg_depend d
      JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> %1$s
      JOIN pg_class v ON v.oid = r.ev_class AND v.relkind <> 'm'
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = %1$s
    """
        .formatted(table);
  }

  public static List<String> labels(Session session, ExistingTable table) throws SQLException {
    String sql =
        "WITH target (id) AS (SELECT ?::bigint::oid) SELECT label FROM ("
            + query("(SELECT id FROM target)")
            + ") AS beside ORDER BY relation, label";
    return session.list(sql, row -> row.getString(1), table.oid());
  }
}
