package io.resultsink.postgres.testing;

import java.util.List;

/** What the catalog says of one table, in the parts that a write keeps or loses. */
public record TableCatalog(
    String oid,
    String owner,
    List<List<String>> columns,
    List<List<String>> tableGrants,
    List<List<String>> columnGrants,
    String comment,
    List<List<String>> columnComments,
    List<List<String>> rowSecurity,
    List<List<String>> policies,
    List<String> indexes,
    List<String> constraints,
    List<String> triggers,
    List<String> views) {

  /** Reads it now. */
  public static TableCatalog of(TestTable table) {
    TestDatabase database = table.database();
    Long oid = Long.valueOf(table.oid());
    return new TableCatalog(
        oid.toString(),
        database.value("SELECT relowner::regrole FROM pg_class WHERE oid = ?", oid),
        database.rows(
            """
            SELECT attname, format_type(atttypid, atttypmod), attnotnull,
              pg_get_expr(adbin, adrelid), attidentity
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attnum > 0 AND NOT attisdropped AND attrelid = ? ORDER BY attnum
            """,
            oid),
        database.rows(
            """
            SELECT grantor::regrole, grantee::regrole, privilege_type, is_grantable
            FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
            WHERE oid = ? ORDER BY 1, 2, 3
            """,
            oid),
        database.rows(
            """
            SELECT attname, grantor::regrole, grantee::regrole, privilege_type, is_grantable
            FROM pg_attribute, aclexplode(attacl)
            WHERE attrelid = ? ORDER BY 1, 2, 3, 4
            """,
            oid),
        database.value("SELECT obj_description(?::oid, 'pg_class')", oid),
        database.rows(
            """
            SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
            WHERE attrelid = ? AND col_description(attrelid, attnum) IS NOT NULL ORDER BY 1
            """,
            oid),
        database.rows(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = ?", oid),
        database.rows(
            """
            SELECT polname, polcmd, polpermissive, ARRAY(SELECT rolname FROM pg_roles
                WHERE oid = ANY(polroles) ORDER BY 1), 0 = ANY(polroles) AS public,
              pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid),
              obj_description(oid, 'pg_policy')
            FROM pg_policy WHERE polrelid = ? ORDER BY 1
            """,
            oid),
        database.column(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = ? ORDER BY 1", oid),
        database.column(
            """
            SELECT pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = ? AND contype <> 'n' ORDER BY 1
            """,
            oid),
        database.column(
            """
            SELECT pg_get_triggerdef(oid) FROM pg_trigger
            WHERE tgrelid = ? AND NOT tgisinternal ORDER BY 1
            """,
            oid),
        database.column(
            """
            SELECT DISTINCT ev_class::regclass::text FROM pg_depend
            JOIN pg_rewrite ON pg_rewrite.oid = objid
            WHERE classid = 'pg_rewrite'::regclass AND refobjid = ? AND ev_class <> refobjid
            ORDER BY 1
            """,
            oid));
  }
}
