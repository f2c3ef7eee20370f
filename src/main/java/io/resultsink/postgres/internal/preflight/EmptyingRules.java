package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * The rules that find why a table cannot be emptied by TRUNCATE and filled by {@code COPY ...
 * FREEZE}: PostgreSQL refuses it, or somebody would miss rows that went or came.
 */
final class EmptyingRules {

  /**
   * For triggers, bits of tgtype: 4 is INSERT, 8 is DELETE. For rules, ev_type: 3 is INSERT, 4 is
   * DELETE.
   */
  private static final String SQL =
      """
      WITH emptied AS (SELECT c.* FROM pg_class c WHERE c.oid = ?::bigint::oid)
      SELECT problem FROM (
        SELECT e.oid::regclass || ' is partitioned, and COPY ... FREEZE fills no partitioned table'
               || '; use reset=delete'
          FROM emptied e WHERE e.relkind = 'p'
        UNION ALL
        SELECT 'foreign key ' || quote_ident(k.conname) || ' of table ' || k.conrelid::regclass
               || ' references it, and PostgreSQL truncates no such table; use '
               || CASE WHEN k.confdeltype = 'a' AND k.condeferrable THEN 'reset=delete'
                       ELSE 'mode=update' END
          FROM emptied e
          JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = e.oid AND k.conrelid <> e.oid
        UNION ALL
        SELECT 'trigger ' || quote_ident(g.tgname)
               || ' fires on INSERT or DELETE, and a table with one is not truncated'
               || '; use reset=delete'
          FROM emptied e JOIN pg_trigger g ON g.tgrelid = e.oid AND NOT g.tgisinternal
         WHERE g.tgenabled IN ('O', 'A') AND g.tgtype::integer & 12 <> 0
        UNION ALL
        SELECT 'rule ' || quote_ident(r.rulename)
               || ' acts on INSERT or DELETE, and TRUNCATE and COPY pass no rule; use reset=delete'
          FROM emptied e JOIN pg_rewrite r ON r.ev_class = e.oid
         WHERE r.ev_enabled IN ('O', 'A') AND r.ev_type IN ('3', '4')
        UNION ALL
        SELECT 'its access method is ' || quote_ident(m.amname) || ' and not heap'
               || '; use reset=delete'
          FROM emptied e JOIN pg_am m ON m.oid = e.relam AND m.amname <> 'heap'
        UNION ALL
        SELECT 'publication ' || quote_ident(p.pubname)
               || ' sends its rows and not its TRUNCATE, so that subscribers would keep the old rows'
               || '; use reset=delete'
          FROM emptied e
          CROSS JOIN LATERAL (SELECT e.oid UNION SELECT pg_partition_ancestors(e.oid)) AS a (id)
          JOIN pg_class t ON t.oid = a.id
          JOIN pg_publication_tables s
            ON s.schemaname = (SELECT nspname FROM pg_namespace WHERE oid = t.relnamespace)
           AND s.tablename = t.relname
          JOIN pg_publication p ON p.pubname = s.pubname
         WHERE p.pubinsert AND (NOT p.pubtruncate OR a.id <> e.oid)
      ) AS found (problem)
      ORDER BY problem
      """;

  private EmptyingRules() {}

  /** Returns each problem with the way out. */
  static List<String> problems(Session session, ExistingTable table) throws SQLException {
    return session.list(SQL, row -> row.getString(1), table.oid());
  }
}
