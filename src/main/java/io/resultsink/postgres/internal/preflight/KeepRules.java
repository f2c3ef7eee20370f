package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.PartFailedException;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** The rules for parts of a table that {@code keep=all} cannot keep. */
public final class KeepRules {

  private static final String INSTEAD = "; use mode=truncate";

  /**
   * For triggers, bits of tgtype: 4 is INSERT, 8 is DELETE. For rules, ev_type: 3 is INSERT, 4 is
   * DELETE.
   */
  private static final String SQL =
      """
      WITH old AS (SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(?)),
      part (class, id) AS (
        SELECT 'pg_class'::regclass::oid, indexrelid FROM pg_index JOIN old ON old.oid = indrelid
        UNION ALL
        SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k JOIN old ON old.oid = k.conrelid
        UNION ALL
        SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN old ON old.oid = d.adrelid
        UNION ALL
        SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g JOIN old ON old.oid = g.tgrelid
        UNION ALL
        SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r JOIN old ON old.oid = r.ev_class
        UNION ALL
        SELECT 'pg_policy'::regclass, y.oid FROM pg_policy y JOIN old ON old.oid = y.polrelid
        UNION ALL
        SELECT 'pg_statistic_ext'::regclass, s.oid
          FROM pg_statistic_ext s JOIN old ON old.oid = s.stxrelid)
      SELECT DISTINCT problem FROM (
        SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' depends on its '
               || pg_describe_object(p.class, p.id, 0)
          FROM part p
          JOIN pg_depend d ON d.refclassid = p.class AND d.refobjid = p.id
          LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
          LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
         WHERE coalesce(k.contype, '-') <> 'f' AND NOT coalesce(g.tgisinternal, false)
           AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_policy'::regclass) -- told beside it
           AND NOT EXISTS (SELECT FROM part own WHERE own.class = d.classid AND own.id = d.objid)
        UNION ALL
        SELECT 'trigger ' || quote_ident(g.tgname)
               || ' fires on INSERT or DELETE, and the rows of keep=all pass no trigger'
          FROM old
          JOIN pg_trigger g ON g.tgrelid = old.oid AND (NOT g.tgisinternal OR g.tgparentid <> 0)
           AND NOT EXISTS (SELECT FROM pg_constraint k
                            WHERE k.oid = g.tgconstraint AND k.contype = 'f')
         WHERE g.tgenabled IN ('O', 'A') AND g.tgtype::integer & 12 <> 0
        UNION ALL
        SELECT 'rule ' || quote_ident(r.rulename)
               || ' acts on INSERT or DELETE, and the rows of keep=all pass no rule'
          FROM old JOIN pg_rewrite r ON r.ev_class = old.oid
         WHERE r.ev_enabled IN ('O', 'A') AND r.ev_type IN ('3', '4')
        UNION ALL
        SELECT 'trigger ' || quote_ident(g.tgname) || ' calls function '
               || g.tgfoid::regprocedure || ', and role ' || quote_ident(current_user)
               || ' lacks EXECUTE on it'
          FROM old JOIN pg_trigger g ON g.tgrelid = old.oid AND NOT g.tgisinternal
         WHERE g.tgparentid = 0 AND NOT has_function_privilege(g.tgfoid, 'EXECUTE')
        UNION ALL
        SELECT 'view ' || v.oid::regclass
               || CASE v.relpersistence
                    WHEN 't' THEN ' reads it and is a temporary view of another session'
                    ELSE ' reads it, and role ' || quote_ident(current_user)
                         || ' lacks CREATE on its schema, without which no view is replaced' END
          FROM old
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old.oid
           AND d.classid = 'pg_rewrite'::regclass
          JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
          JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
         WHERE v.relpersistence = 't' OR NOT has_schema_privilege(v.relnamespace, 'CREATE')
        UNION ALL
        SELECT 'index ' || quote_ident(c.relname) || ' is not valid'
          FROM old
          JOIN pg_index x ON x.indrelid = old.oid AND NOT (x.indisvalid AND x.indislive)
          JOIN pg_class c ON c.oid = x.indexrelid
        UNION ALL
        SELECT 'statistics object ' || quote_ident(s.stxname) || ' belongs to role '
               || quote_ident(pg_get_userbyid(s.stxowner))
          FROM old JOIN pg_statistic_ext s ON s.stxrelid = old.oid
         WHERE NOT pg_has_role(s.stxowner, 'USAGE')
        UNION ALL
        SELECT 'its access method is ' || quote_ident(m.amname) || ' and not heap'
          FROM old JOIN pg_am m ON m.oid = old.relam AND m.amname <> 'heap'
        UNION ALL
        SELECT 'it is a partition of ' || p.oid::regclass || ', which belongs to role '
               || quote_ident(pg_get_userbyid(p.relowner))
          FROM old
          JOIN pg_inherits i ON i.inhrelid = old.oid AND old.relispartition
          JOIN pg_class p ON p.oid = i.inhparent
         WHERE NOT pg_has_role(p.relowner, 'USAGE')
        UNION ALL
        SELECT 'column ' || quote_ident(a.attname) || ' is an identity of its partitioned table'
          FROM old JOIN pg_attribute a ON a.attrelid = old.oid
         WHERE old.relispartition AND a.attidentity <> '' AND NOT a.attisdropped
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = old.oid
                              AND d.refobjsubid = a.attnum AND d.deptype = 'i')
        UNION ALL
        SELECT 'a subscription writes to it'
          FROM old JOIN pg_subscription_rel s ON s.srrelid = old.oid
      ) AS found (problem)
      ORDER BY problem
      """;

  /** Those at both ends. A truncate does not get by one of another table, but an update does. */
  private static final String FOREIGN_KEYS =
      """
      SELECT 'foreign key ' || quote_ident(coalesce(whole.conname, k.conname))
             || CASE k.conrelid WHEN old.oid THEN '' ELSE ' of table ' || c.oid::regclass END
             || ' ' || p.why
             || CASE k.conrelid WHEN old.oid THEN '; use mode=truncate' ELSE '; use mode=update' END
        FROM pg_class old
        JOIN pg_constraint k ON k.contype = 'f' AND old.oid IN (k.conrelid, k.confrelid)
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class r ON r.oid = k.confrelid
        LEFT JOIN pg_constraint whole ON whole.oid = k.conparentid
        CROSS JOIN LATERAL (VALUES
          ('references it and belongs to role ' || quote_ident(pg_get_userbyid(c.relowner)),
           c.oid <> old.oid AND NOT pg_has_role(c.relowner, 'USAGE')),
          ('references ' || whole.confrelid::regclass || ', of which it is a partition',
           c.oid <> old.oid AND whole.conrelid = k.conrelid),
          ('references it, and that table is partitioned', c.oid <> old.oid AND c.relkind = 'p'),
          ('references it and is NOT VALID',
           c.oid <> old.oid AND NOT k.convalidated
             AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true)),
          ('references ' || r.oid::regclass || ', which is partitioned',
           r.oid <> old.oid AND r.relkind = 'p'),
          ('references ' || r.oid::regclass || ', and role ' || quote_ident(current_user)
             || ' lacks REFERENCES on it',
           r.oid <> old.oid AND NOT has_any_column_privilege(r.oid, 'REFERENCES')),
          ('has triggers that are not enabled',
           EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O'))
          ) AS p (why, is_so)
       WHERE old.oid = to_regclass(?) AND p.is_so AND whole.conrelid IS DISTINCT FROM old.oid
       ORDER BY 1
      """;

  /**
   * The parts that the swap makes again, and that name something in a schema which the role may not
   * use. Parts that are made before the swap are tried by {@link #rehearse}.
   */
  private static final String HIDDEN =
      """
      WITH old AS (SELECT to_regclass(?)::oid AS oid),
      made (class, id) AS (
        SELECT 'pg_trigger'::regclass::oid, g.oid
          FROM old JOIN pg_trigger g ON g.tgrelid = old.oid AND NOT g.tgisinternal
        UNION ALL
        SELECT 'pg_constraint'::regclass, k.oid
          FROM old JOIN pg_constraint k ON k.contype = 'f' AND old.oid IN (k.conrelid, k.confrelid)
        UNION
        SELECT d.classid, d.objid
          FROM old
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old.oid
           AND d.classid IN ('pg_policy'::regclass, 'pg_rewrite'::regclass))
      SELECT DISTINCT pg_describe_object(m.class, m.id, 0) || ' names ' || o.type || ' '
             || o.identity || ', and role ' || quote_ident(current_user)
             || ' lacks USAGE on schema ' || o.schema
        FROM made m
        JOIN pg_depend d ON d.classid = m.class AND d.objid = m.id
        CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS o
       WHERE NOT has_schema_privilege(to_regnamespace(o.schema)::oid, 'USAGE')
       ORDER BY 1
      """;

  private KeepRules() {}

  /** Returns a problem for each such part, with a remedy. */
  static List<String> problems(Session session, TableName table) throws SQLException {
    return Stream.of(
            session.list(FOREIGN_KEYS, row -> row.getString(1), table.quoted()),
            session.list(SQL, row -> row.getString(1) + INSTEAD, table.quoted()),
            session.list(HIDDEN, row -> row.getString(1) + INSTEAD, table.quoted()))
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Tries on an empty table all steps that the new one will need.
   *
   * @throws IncompatibleTableException naming the part that cannot be made
   */
  public static void rehearse(Session session, ResolvedTarget target) throws SQLException {
    try {
      KeptTable.of(session, target.table()).rehearse();
    } catch (PartFailedException e) {
      throw new IncompatibleTableException(
          "1 reason not to write " + target + "; the table is untouched",
          List.of(
              Printable.of(e.what())
                  + " cannot be made for a new table (SQLSTATE "
                  + e.getSQLState()
                  + "): "
                  + ServerReason.of(e)
                  + PartFailedException.ADVICE));
    }
  }
}
