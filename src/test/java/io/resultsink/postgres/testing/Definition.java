package io.resultsink.postgres.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * What the catalog says of a table's definition, asked in another way than the sink asks: by the
 * functions that psql and pg_dump ask, and by the comments, grants and sizes that hang on it.
 */
public final class Definition {

  private Definition() {}

  /** Reads it now; equal texts for equal definitions. */
  public static List<String> of(TestTable table) {
    Long oid = Long.valueOf(table.oid());
    List<String> lines = new ArrayList<>();
    for (String query :
        List.of(
            """
            SELECT relkind, relpersistence, relowner::regrole, relreplident, relrowsecurity,
              relforcerowsecurity, relispartition, reltablespace, reloftype::regtype,
              pg_get_expr(relpartbound, oid),
              ARRAY(SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = c.oid),
              ARRAY(SELECT unnest(reloptions) ORDER BY 1), obj_description(oid, 'pg_class'),
              (SELECT reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid)
            FROM pg_class c WHERE oid = ?
            """,
            """
            SELECT row_number() OVER (ORDER BY attnum), attname, format_type(atttypid, atttypmod),
              attcollation::regcollation, attnotnull, attidentity, attgenerated,
              pg_get_expr(adbin, adrelid), attstorage, attcompression, nullif(attstattarget, -1),
              attoptions, col_description(attrelid, attnum),
              replace(pg_get_serial_sequence(attrelid::regclass::text, attname), '"', '')
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attnum > 0 AND NOT attisdropped AND attrelid = ?
            """,
            """
            SELECT grantee::regrole, privilege_type, bool_or(is_grantable)
            FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
            WHERE oid = ? GROUP BY 1, 2
            """,
            """
            SELECT grantee::regrole, privilege_type, bool_or(is_grantable),
              obj_description(t.oid, 'pg_type')
            FROM pg_type t, aclexplode(coalesce(typacl, acldefault('T', typowner)))
            WHERE typrelid = ? GROUP BY 1, 2, 4
            """,
            """
            SELECT attname, grantee::regrole, privilege_type, bool_or(is_grantable)
            FROM pg_attribute, aclexplode(attacl) WHERE attrelid = ? GROUP BY 1, 2, 3
            """,
            """
            SELECT conname, contype, pg_get_constraintdef(oid, true), convalidated, condeferrable,
              conislocal, coninhcount, conparentid <> 0, obj_description(oid, 'pg_constraint')
            FROM pg_constraint WHERE conrelid = ?
            """,
            """
            SELECT pg_get_indexdef(indexrelid), indisprimary, indisclustered, indisreplident,
              indisvalid, indimmediate, reltablespace, obj_description(indexrelid, 'pg_class'),
              (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = indexrelid),
              ARRAY(SELECT (attnum, attstattarget)::text FROM pg_attribute
                WHERE attrelid = indexrelid AND attstattarget >= 0)
            FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = ?
            """,
            """
            SELECT pg_get_statisticsobjdef(oid), stxowner::regrole, nullif(stxstattarget, -1),
              obj_description(oid, 'pg_statistic_ext') FROM pg_statistic_ext WHERE stxrelid = ?
            """,
            """
            SELECT pg_get_triggerdef(oid), tgenabled, tgparentid, obj_description(oid, 'pg_trigger')
            FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ?
            """,
            """
            SELECT pg_get_ruledef(oid), ev_enabled, obj_description(oid, 'pg_rewrite')
            FROM pg_rewrite WHERE ev_class = ?
            """,
            """
            SELECT polname, polcmd, polpermissive, polroles::regrole[],
              pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid),
              obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = ?
            """,
            """
            SELECT objid::regclass, deptype, relowner::regrole, relacl::text, seqtypid::regtype,
              seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
              obj_description(objid, 'pg_class')
            FROM pg_depend JOIN pg_class ON oid = objid JOIN pg_sequence ON seqrelid = objid
            WHERE classid = 'pg_class'::regclass AND refobjid = ? AND deptype IN ('a', 'i')
            """)) {
      table.database().rows(query, oid).forEach(row -> lines.add(row.toString()));
    }
    return lines.stream().sorted().toList();
  }
}
