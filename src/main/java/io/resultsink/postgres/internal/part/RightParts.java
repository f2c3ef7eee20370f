package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.internal.part.TablePart.Phase;

/** The owner and the privileges of a table, its row security, comments and security labels. */
final class RightParts {

  static final TablePart OWNER =
      TablePart.carried(
          "owner",
          Phase.HAND_OVER,
          "SELECT 'owner ' || quote_ident(pg_get_userbyid(relowner)) FROM old",
          """
          SELECT 0, NULL, 'ALTER TABLE ', ' OWNER TO ' || quote_ident(pg_get_userbyid(relowner))
            FROM old
          """);

  /** The owner gives grants that a third role had given. */
  static final TablePart GRANTS =
      TablePart.carried(
          "privileges",
          Phase.HAND_OVER,
          """
          SELECT count(*) || CASE count(*) WHEN 1 THEN ' grant' ELSE ' grants' END
            FROM (SELECT DISTINCT g.grantee, a.attnum
                    FROM old c
                    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL,
                         aclexplode(coalesce(a.attacl, c.relacl)) AS g
                   WHERE g.grantee <> c.relowner) AS grants
          HAVING count(*) > 0
          """,
          """
          SELECT 0, NULL, 'GRANT ' || g.privilege_type || g.columns || ' ON TABLE ',
                 ' TO ' || CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                          ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                 || CASE WHEN bool_or(g.is_grantable) AND (g.columns <> '' OR g.grantee <> relowner)
                         THEN ' WITH GRANT OPTION' ELSE '' END
            FROM old,
                 LATERAL (
                   SELECT '' AS columns, t.*
                     FROM aclexplode(coalesce(old.relacl, acldefault('r', old.relowner))) AS t
                    UNION ALL
                   SELECT ' (' || r.quoted || ')', c.* FROM remaining r, aclexplode(r.attacl) AS c
                 ) AS g
           GROUP BY g.privilege_type, g.columns, g.grantee, relowner
          """);

  static final TablePart COMMENTS =
      TablePart.carried(
          "comments",
          Phase.HAND_OVER,
          """
          SELECT 'comment' WHERE EXISTS (SELECT FROM pg_description d JOIN old ON old.oid = d.objoid
                                          WHERE d.classoid = 'pg_class'::regclass)
          """,
          """
          SELECT 0, NULL, 'COMMENT ON TABLE ', ' IS ' || quote_literal(d.description)
            FROM old JOIN pg_description d ON d.objoid = old.oid
           WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0
           UNION ALL
          SELECT 1, NULL, 'COMMENT ON COLUMN ',
                 '.' || r.quoted || ' IS ' || quote_literal(d.description)
            FROM remaining r JOIN pg_description d ON d.objoid = attrelid AND d.objsubid = attnum
           WHERE d.classoid = 'pg_class'::regclass
          """);

  /**
   * The comment on the row type and the privileges on it, which are PUBLIC's and the owner's when
   * nobody has changed them.
   */
  static final TablePart ROW_TYPE =
      TablePart.lost(
          "row type",
          Phase.NAMED,
          """
          SELECT 'comment or privileges of the row type'
            FROM old JOIN pg_type y ON y.oid = old.reltype
           WHERE y.typacl IS NOT NULL OR obj_description(y.oid, 'pg_type') IS NOT NULL
          """,
          """
          SELECT 0, NULL, 'REVOKE ALL ON TYPE ', ' FROM PUBLIC, '
                 || quote_ident(pg_get_userbyid(old.relowner))
            FROM old JOIN pg_type y ON y.oid = old.reltype
           WHERE y.typacl IS NOT NULL
           UNION ALL
          SELECT 1, NULL, 'GRANT ' || g.privilege_type || ' ON TYPE ',
                 ' TO ' || CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                          ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                 || CASE WHEN bool_or(g.is_grantable) AND g.grantee <> old.relowner
                         THEN ' WITH GRANT OPTION' ELSE '' END
            FROM old JOIN pg_type y ON y.oid = old.reltype, aclexplode(y.typacl) AS g
           GROUP BY g.privilege_type, g.grantee, old.relowner
           UNION ALL
          SELECT 2, NULL, 'COMMENT ON TYPE ', ' IS ' || quote_literal(d.description)
            FROM old
            JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = old.reltype
          """);

  static final TablePart ROW_SECURITY =
      TablePart.carried(
          "row security",
          Phase.NAMED,
          "SELECT 'row security' FROM old WHERE relrowsecurity",
          """
          SELECT 0, NULL, 'ALTER TABLE ',
                 CASE WHEN relrowsecurity THEN ' ENABLE' ELSE ' DISABLE' END
                 || ' ROW LEVEL SECURITY, '
                 || CASE WHEN relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END
                 || ' ROW LEVEL SECURITY'
            FROM old
          """);

  /**
   * Policies. Reading their expressions locks the tables that these read.
   *
   * <p>They are made after the rename: before it, a policy that reads its own table would read the
   * old one.
   */
  static final TablePart POLICIES =
      TablePart.carried(
          "policies",
          Phase.NAMED,
          """
          SELECT 'policy ' || quote_ident(polname) FROM pg_policy JOIN old ON old.oid = polrelid
          """,
          """
          SELECT 0, NULL, 'CREATE POLICY ' || quote_ident(y.polname) || ' ON ',
                 ' AS ' || CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END ||
                 ' FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                                        WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                                        ELSE 'ALL' END ||
                 ' TO ' || (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC'
                                                     ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
                              FROM unnest(polroles) AS r) ||
                 coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '') ||
                 coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '')
            FROM pg_policy y JOIN old ON old.oid = y.polrelid
           UNION ALL
          SELECT 1, NULL, 'COMMENT ON POLICY ' || quote_ident(y.polname) || ' ON ',
                 ' IS ' || quote_literal(d.description)
            FROM pg_policy y
            JOIN old ON old.oid = y.polrelid
            JOIN pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = y.oid
          """);

  static final TablePart SECURITY_LABELS =
      TablePart.carried(
          "security labels",
          Phase.HAND_OVER,
          """
          SELECT 'security label of ' || provider FROM pg_seclabel JOIN old ON old.oid = objoid
           WHERE classoid = 'pg_class'::regclass
          """,
          """
          SELECT 0, NULL, 'SECURITY LABEL FOR ' || quote_ident(l.provider)
                 || CASE l.objsubid WHEN 0 THEN ' ON TABLE ' ELSE ' ON COLUMN ' END,
                 coalesce('.' || r.quoted, '') || ' IS ' || quote_literal(l.label)
            FROM old JOIN pg_seclabel l ON l.objoid = old.oid AND l.classoid = 'pg_class'::regclass
            LEFT JOIN remaining r ON r.attnum = l.objsubid
           WHERE l.objsubid = 0 OR r.attnum IS NOT NULL
          """);

  private RightParts() {}
}
