package io.resultsink.postgres.internal.own;

import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * An object on a table of the staging schema that would run in statements on it, or change their
 * effect.
 *
 * @param remedy the statement that removes it
 * @param harmless whether a ledger may have it: its key and defaults, plain indexes, and row
 *     security that does not apply to our role
 */
public record Attached(String what, String remedy, boolean harmless) {

  private static final String SQL =
      """
      SELECT a.what, a.remedy, a.harmless
        FROM pg_class c
        CROSS JOIN LATERAL (
          SELECT 'trigger ' || quote_ident(tgname) AS what,
                 format('DROP TRIGGER %I ON %s', tgname, c.oid::regclass) AS remedy,
                 false AS harmless
            FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal
          UNION ALL
          SELECT 'rule ' || quote_ident(rulename),
                 format('DROP RULE %I ON %s', rulename, c.oid::regclass), false
            FROM pg_rewrite WHERE ev_class = c.oid
          UNION ALL
          SELECT 'policy ' || quote_ident(polname),
                 format('DROP POLICY %I ON %s', polname, c.oid::regclass),
                 NOT row_security_active(c.oid)
            FROM pg_policy WHERE polrelid = c.oid
          UNION ALL
          SELECT 'row security',
                 format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
                        c.oid::regclass),
                 NOT row_security_active(c.oid)
           WHERE c.relrowsecurity OR c.relforcerowsecurity
          UNION ALL
          SELECT 'a default of column ' || quote_ident(attname),
                 format('ALTER TABLE %s ALTER COLUMN %I DROP %s', c.oid::regclass, attname,
                        CASE attgenerated WHEN '' THEN 'DEFAULT' ELSE 'EXPRESSION' END),
                 attgenerated = ''
                   AND (attname, pg_get_expr(adbin, adrelid)) IN
                       (('part', '''''::text'), ('published_at', 'clock_timestamp()'))
            FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = c.oid
          UNION ALL
          SELECT 'an identity of column ' || quote_ident(attname),
                 format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', c.oid::regclass, attname),
                 false
            FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attidentity <> ''
          UNION ALL
          SELECT 'constraint ' || quote_ident(conname),
                 format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), false
            FROM pg_constraint
           WHERE conrelid = c.oid AND contype IN ('c', 'f', 'x', 't')
              OR confrelid = c.oid AND contype = 'f'
          UNION ALL
          SELECT 'index ' || quote_ident(i.relname),
                 CASE WHEN k.oid IS NULL THEN format('DROP INDEX %s', i.oid::regclass)
                      ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname)
                 END,
                 x.indexprs IS NULL AND x.indpred IS NULL
                   AND (NOT x.indisunique OR ARRAY(
                     SELECT attname::text FROM pg_attribute
                      WHERE attrelid = c.oid AND attnum = ANY (x.indkey) ORDER BY 1)
                     = '{part,run_id,target_schema,target_table}')
            FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid
            LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = c.oid
           WHERE x.indrelid = c.oid
          UNION ALL
          SELECT 'inheritance with ' || other.name,
                 format('ALTER TABLE %s NO INHERIT %s', h.inhrelid::regclass,
                        h.inhparent::regclass), false
            FROM pg_inherits h
            CROSS JOIN LATERAL (SELECT CASE h.inhparent WHEN c.oid THEN h.inhrelid
                                       ELSE h.inhparent END::regclass::text) AS other (name)
           WHERE c.oid IN (h.inhrelid, h.inhparent)
        ) AS a (what, remedy, harmless)
       WHERE c.oid = ?::bigint::oid
       ORDER BY a.what
      """;

  /** Returns all such objects on a table. */
  static List<Attached> to(Session session, long oid) throws SQLException {
    return session.list(
        SQL, row -> new Attached(row.getString(1), row.getString(2), row.getBoolean(3)), oid);
  }
}
