package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.PreparedQuery;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.sdk.annotations.Internal;

/**
 * Everything that the catalog says about a table, without its rows, object ids and physical places.
 *
 * <p>It has whole rows of the catalog, so columns that a later version of PostgreSQL adds are
 * compared too.
 */
@Internal
public record TableProof(Map<String, String> things) {

  /** Copies the map, and keeps its order. */
  public TableProof {
    things = Map.copyOf(things);
  }

  /** Prepares the query of a table's catalog rows, under the empty search path. */
  static PreparedQuery prepare(Session session, TableName table) throws SQLException {
    return session.prepare(SQL, table.quoted());
  }

  /** Reads the catalog now. */
  static TableProof of(PreparedQuery query) throws SQLException {
    Map<String, String> things = new TreeMap<>();
    query.list(row -> things.put(row.getString(1), row.getString(2)));
    return new TableProof(things);
  }

  /** Returns the names of the objects that differ. */
  public List<String> differences(TableProof other) {
    TreeSet<String> names = new TreeSet<>(things.keySet());
    names.addAll(other.things.keySet());
    names.removeIf(
        name -> things.containsKey(name) && things.get(name).equals(other.things.get(name)));
    return List.copyOf(names);
  }

  /** Grants are compared without their grantors, because the owner gives those of a third role. */
  private static final String SQL =
      """
      WITH t AS (SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(?)),
      extended AS (
        SELECT d.classid, d.objid, e.extname
          FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
         WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'),
      things (name, entry, more) AS (
        SELECT 'the table itself',
               to_jsonb(t) - '{oid,reltype,relfilenode,reltoastrelid,relfrozenxid,relminmxid,
                               relpages,reltuples,relallvisible,relallfrozen,relhasindex,relhasrules,
                               relhastriggers,relhassubclass,relnatts,relacl,reloptions,
                               relpartbound}'::text[],
               jsonb_build_object(
                 'acl', (SELECT jsonb_agg(g ORDER BY g) FROM (
                   SELECT concat_ws(' ', privilege_type, grantee,
                                    bool_or(is_grantable AND grantee <> t.relowner)) AS g
                     FROM aclexplode(coalesce(t.relacl, acldefault('r', t.relowner)))
                    GROUP BY privilege_type, grantee) AS grants),
                 'options', (SELECT jsonb_agg(o ORDER BY o) FROM unnest(t.reloptions) AS o),
                 'toast', (SELECT jsonb_agg(o ORDER BY o) FROM pg_class s, unnest(s.reloptions) AS o
                            WHERE s.oid = t.reltoastrelid),
                 'comment', obj_description(t.oid, 'pg_class'),
                 'row type', (SELECT jsonb_build_array(obj_description(y.oid, 'pg_type'), (
                   SELECT jsonb_agg(g ORDER BY g) FROM (
                     SELECT concat_ws(' ', privilege_type, grantee,
                                      bool_or(is_grantable AND grantee <> t.relowner)) AS g
                       FROM aclexplode(coalesce(y.typacl, acldefault('T', t.relowner)))
                      GROUP BY privilege_type, grantee) AS grants))
                                FROM pg_type y WHERE y.oid = t.reltype),
                 'bound', pg_get_expr(t.relpartbound, t.oid),
                 'parents', (SELECT jsonb_agg(inhparent ORDER BY inhseqno) FROM pg_inherits
                              WHERE inhrelid = t.oid),
                 'labels', (SELECT jsonb_agg(l ORDER BY l) FROM (
                   SELECT concat_ws(' ', provider, a.attname, label) AS l
                     FROM pg_seclabel
                     LEFT JOIN pg_attribute a ON a.attrelid = objoid AND a.attnum = objsubid
                    WHERE objoid = t.oid AND classoid = 'pg_class'::regclass) AS labels))
          FROM t
        UNION ALL
        SELECT 'column ' || quote_ident(a.attname),
               to_jsonb(a) - '{attrelid,attnum,attcacheoff,atthasmissing,attmissingval,attndims,
                               attacl,attstattarget,attoptions}'::text[],
               jsonb_build_object(
                 'number', row_number() OVER (ORDER BY a.attnum),
                 'type', format_type(a.atttypid, a.atttypmod),
                 'default', pg_get_expr(d.adbin, d.adrelid),
                 'statistics', nullif(a.attstattarget, -1),
                 'options', (SELECT jsonb_agg(o ORDER BY o) FROM unnest(a.attoptions) AS o
                              WHERE NOT starts_with(o, 'pg_attver=')),
                 'acl', (SELECT jsonb_agg(g ORDER BY g) FROM (
                   SELECT concat_ws(' ', privilege_type, grantee, bool_or(is_grantable)) AS g
                     FROM aclexplode(a.attacl) GROUP BY privilege_type, grantee) AS grants),
                 'comment', col_description(a.attrelid, a.attnum))
          FROM t
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        UNION ALL
        SELECT 'constraint ' || quote_ident(k.conname),
               to_jsonb(k) - '{oid,conrelid,conindid,conparentid,conkey,confrelid,confkey,conbin,
                               confdelsetcols}'::text[]
                 -- without a meaning for others, and set for a partition that was attached
                 - CASE WHEN k.contype IN ('c', 'n') THEN '' ELSE 'connoinherit' END,
               jsonb_build_object('definition', pg_get_constraintdef(k.oid),
                                  'comment', obj_description(k.oid, 'pg_constraint'))
          FROM t JOIN pg_constraint k ON k.conrelid = t.oid
        UNION ALL
        SELECT 'foreign key ' || quote_ident(k.conname) || ' of table ' || k.conrelid::regclass,
               to_jsonb(k) - '{oid,conindid,confrelid,confkey,confdelsetcols}'::text[],
               jsonb_build_object('definition', pg_get_constraintdef(k.oid),
                                  'comment', obj_description(k.oid, 'pg_constraint'))
          FROM t JOIN pg_constraint k ON k.confrelid = t.oid AND k.conrelid <> t.oid
        UNION ALL
        SELECT 'policy ' || quote_ident(y.polname) || ' of table ' || y.polrelid::regclass,
               to_jsonb(y) - '{polqual,polwithcheck}'::text[],
               jsonb_build_object('using', pg_get_expr(y.polqual, y.polrelid),
                                  'check', pg_get_expr(y.polwithcheck, y.polrelid))
          FROM t
          JOIN pg_policy y ON y.polrelid <> t.oid
           AND y.oid IN (SELECT objid FROM pg_depend
                          WHERE classid = 'pg_policy'::regclass
                            AND refclassid = 'pg_class'::regclass AND refobjid = t.oid)
        UNION ALL
        SELECT 'rule ' || quote_ident(r.rulename) || ' of ' || r.ev_class::regclass,
               to_jsonb(r) - '{ev_qual,ev_action}'::text[],
               jsonb_build_object('definition', pg_get_ruledef(r.oid))
          FROM t
          JOIN pg_rewrite r ON r.ev_class <> t.oid AND r.rulename <> '_RETURN'
           AND r.oid IN (SELECT objid FROM pg_depend
                          WHERE classid = 'pg_rewrite'::regclass
                            AND refclassid = 'pg_class'::regclass AND refobjid = t.oid)
        UNION ALL
        SELECT 'index ' || quote_ident(c.relname),
               to_jsonb(x) - '{indexrelid,indrelid,indkey,indexprs,indpred,indcheckxmin}'::text[],
               jsonb_build_object(
                 'definition', pg_get_indexdef(c.oid), 'owner', c.relowner,
                 'schema', c.relnamespace, 'tablespace', c.reltablespace, 'method', c.relam,
                 'persistence', c.relpersistence,
                 'parent', (SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid),
                 'options', (SELECT jsonb_agg(o ORDER BY o) FROM unnest(c.reloptions) AS o),
                 'statistics', (SELECT jsonb_object_agg(attnum, attstattarget) FROM pg_attribute
                                 WHERE attrelid = c.oid AND attstattarget >= 0),
                 'constraint', (SELECT conname FROM pg_constraint
                                 WHERE conindid = c.oid AND conrelid = t.oid
                                   AND contype IN ('p', 'u', 'x')),
                 'extensions', (SELECT jsonb_agg(extname ORDER BY extname) FROM extended
                                 WHERE classid = 'pg_class'::regclass AND objid = c.oid),
                 'comment', obj_description(c.oid, 'pg_class'))
          FROM t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class c ON c.oid = x.indexrelid
        UNION ALL
        SELECT 'statistics object ' || s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname),
               to_jsonb(s) - '{oid,stxrelid,stxkeys,stxexprs,stxstattarget}'::text[],
               jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid),
                                  'statistics', nullif(s.stxstattarget, -1),
                                  'comment', obj_description(s.oid, 'pg_statistic_ext'))
          FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.oid
        UNION ALL
        SELECT 'trigger ' || quote_ident(g.tgname),
               to_jsonb(g) - '{oid,tgrelid,tgparentid,tgconstrindid,tgconstraint,tgattr,
                               tgqual}'::text[],
               jsonb_build_object(
                 'definition', pg_get_triggerdef(g.oid), 'inherited', g.tgparentid <> 0,
                 'extensions', (SELECT jsonb_agg(extname ORDER BY extname) FROM extended
                                 WHERE classid = 'pg_trigger'::regclass AND objid = g.oid),
                 'comment', obj_description(g.oid, 'pg_trigger'))
          FROM t
          JOIN pg_trigger g ON g.tgrelid = t.oid
           AND (NOT g.tgisinternal OR g.tgparentid <> 0)
           AND NOT EXISTS (SELECT FROM pg_constraint k
                            WHERE k.oid = g.tgconstraint AND k.contype = 'f')
        UNION ALL
        SELECT 'rule ' || quote_ident(r.rulename),
               to_jsonb(r) - '{oid,ev_class,ev_qual,ev_action}'::text[],
               jsonb_build_object('definition', pg_get_ruledef(r.oid),
                                  'comment', obj_description(r.oid, 'pg_rewrite'))
          FROM t JOIN pg_rewrite r ON r.ev_class = t.oid
        UNION ALL
        SELECT 'policy ' || quote_ident(y.polname),
               to_jsonb(y) - '{oid,polrelid,polqual,polwithcheck}'::text[],
               jsonb_build_object('using', pg_get_expr(y.polqual, y.polrelid),
                                  'check', pg_get_expr(y.polwithcheck, y.polrelid),
                                  'comment', obj_description(y.oid, 'pg_policy'))
          FROM t JOIN pg_policy y ON y.polrelid = t.oid
        UNION ALL
        SELECT DISTINCT 'view ' || v.oid::regclass,
               jsonb_build_object('owner', v.relowner),
               jsonb_build_object(
                 'definition', pg_get_viewdef(v.oid), 'kind', v.relkind,
                 'options', (SELECT jsonb_agg(o ORDER BY o) FROM unnest(v.reloptions) AS o))
          FROM t
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
           AND d.classid = 'pg_rewrite'::regclass
          JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> t.oid AND r.rulename = '_RETURN'
          JOIN pg_class v ON v.oid = r.ev_class
        UNION ALL
        SELECT 'sequence ' || q.oid::regclass,
               to_jsonb(s) - '{seqrelid}'::text[],
               jsonb_build_object(
                 'owned', d.deptype,
                 'column', (SELECT attname FROM pg_attribute
                             WHERE attrelid = d.refobjid AND attnum = d.refobjsubid),
                 'owner', q.relowner, 'persistence', q.relpersistence,
                 'acl', (SELECT jsonb_agg(g ORDER BY g) FROM (
                   SELECT concat_ws(' ', privilege_type, grantee,
                                    bool_or(is_grantable AND grantee <> q.relowner)) AS g
                     FROM aclexplode(coalesce(q.relacl, acldefault('s', q.relowner)))
                    GROUP BY privilege_type, grantee) AS grants),
                 'comment', obj_description(q.oid, 'pg_class'))
          FROM t
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
           AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
          JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
          JOIN pg_sequence s ON s.seqrelid = q.oid
      )
      SELECT name, (entry || jsonb_build_object('more', more))::text FROM things
      """;
}
