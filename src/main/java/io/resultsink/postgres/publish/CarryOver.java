package io.resultsink.postgres.publish;

import io.resultsink.postgres.column.Column;
import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replaced table hands on to the new one: owner, grants, comments, row security.
 *
 * <p>Each is kept as the statements that make it so, with {@code %s} for the new table's name. A
 * grant that a third role had given is given by the owner.
 *
 * @param grants owner, privileges and comments; complete, so that they can be made twice
 * @param policies row security and its policies. Made after the rename: a policy that reads its own
 *     table would be bound to the old one before
 */
record CarryOver(List<String> grants, List<String> policies) {

  private static final String OWNER =
      """
      SELECT 'ALTER TABLE %s OWNER TO '
             || replace(quote_ident(pg_get_userbyid(relowner)), '%', '%%')
        FROM pg_class WHERE oid = ?::regclass
      """;

  /** Comments of the table and of the columns that remain. */
  private static final String COMMENTS =
      """
      SELECT CASE d.objsubid
               WHEN 0 THEN 'COMMENT ON TABLE %s IS '
               ELSE 'COMMENT ON COLUMN %s.' || replace(quote_ident(a.attname), '%', '%%') || ' IS '
             END || replace(quote_literal(d.description), '%', '%%')
        FROM pg_description d
        LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
       WHERE d.classoid = 'pg_class'::regclass AND d.objoid = ?::regclass
         AND (d.objsubid = 0 OR a.attname = ANY (?))
       ORDER BY d.objsubid
      """;

  private static final String TABLE_GRANTS =
      """
      SELECT 'GRANT ' || g.privilege_type || ' ON TABLE %s TO ' ||
             CASE g.grantee WHEN 0 THEN 'PUBLIC'
                            ELSE replace(quote_ident(pg_get_userbyid(g.grantee)), '%', '%%') END
             || CASE WHEN bool_or(g.is_grantable) AND g.grantee <> c.relowner
                     THEN ' WITH GRANT OPTION' ELSE '' END
        FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS g
       WHERE c.oid = ?::regclass
       GROUP BY g.privilege_type, g.grantee, c.relowner
       ORDER BY 1
      """;

  private static final String COLUMN_GRANTS =
      """
      SELECT 'GRANT ' || g.privilege_type || ' ('
             || replace(quote_ident(a.attname), '%', '%%') || ') ON TABLE %s TO ' ||
             CASE g.grantee WHEN 0 THEN 'PUBLIC'
                            ELSE replace(quote_ident(pg_get_userbyid(g.grantee)), '%', '%%') END
             || CASE WHEN bool_or(g.is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END
        FROM pg_attribute a, aclexplode(a.attacl) AS g
       WHERE a.attrelid = ?::regclass AND a.attname = ANY (?) AND NOT a.attisdropped
       GROUP BY g.privilege_type, g.grantee, a.attname
       ORDER BY 1
      """;

  private static final String ROW_SECURITY =
      """
      SELECT 'ALTER TABLE %s ' || what || ' ROW LEVEL SECURITY'
        FROM pg_class c,
             LATERAL (VALUES ('ENABLE', c.relrowsecurity), ('FORCE', c.relforcerowsecurity))
               AS s (what, is_on)
       WHERE c.oid = ?::regclass AND is_on
      """;

  private static final String POLICIES =
      """
      SELECT replace('CREATE POLICY ' || quote_ident(polname) || ' ON ', '%', '%%') || '%s' ||
             replace(
               ' AS ' || CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END ||
               ' FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                                      WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                                      ELSE 'ALL' END ||
               ' TO ' || (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC'
                                                   ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
                            FROM unnest(polroles) AS r) ||
               coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '') ||
               coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''),
               '%', '%%')
        FROM pg_policy WHERE polrelid = ?::regclass ORDER BY polname
      """;

  private static final String POLICY_COMMENTS =
      """
      SELECT replace('COMMENT ON POLICY ' || quote_ident(y.polname) || ' ON ', '%', '%%') || '%s IS '
             || replace(quote_literal(d.description), '%', '%%')
        FROM pg_policy y
        JOIN pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = y.oid
       WHERE y.polrelid = ?::regclass ORDER BY y.polname
      """;

  /** The grantees of a table, for taking back what default privileges gave. */
  private static final String GRANTEES =
      """
      SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                     ELSE quote_ident(pg_get_userbyid(g.grantee)) END
        FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS g
       WHERE c.oid = ?::regclass
      """;

  CarryOver {
    grants = List.copyOf(grants);
    policies = List.copyOf(policies);
  }

  /** Reads what {@code table} has, for the columns that the new one has too. */
  static CarryOver read(Session session, TableName table, Columns columns) throws SQLException {
    Object[] names = columns.columns().stream().map(Column::name).toArray();
    List<String> grants = new ArrayList<>();
    grants.addAll(texts(session, OWNER, table));
    grants.addAll(texts(session, TABLE_GRANTS, table));
    grants.addAll(texts(session, COLUMN_GRANTS, table, names));
    grants.addAll(texts(session, COMMENTS, table, names));
    List<String> policies = new ArrayList<>();
    policies.addAll(texts(session, ROW_SECURITY, table));
    policies.addAll(texts(session, POLICIES, table));
    policies.addAll(texts(session, POLICY_COMMENTS, table));
    return new CarryOver(grants, policies);
  }

  boolean sameGrants(CarryOver other) {
    return grants.equals(other.grants);
  }

  /** Gives owner, privileges and comments to {@code table}, and takes away what it had beyond. */
  void applyGrants(Session session, TableName table) throws SQLException {
    executeAll(session, grants.subList(0, 1), table); // the owner
    List<String> statements = new ArrayList<>();
    for (String grantee : texts(session, GRANTEES, table)) {
      statements.add("REVOKE ALL ON TABLE %s FROM " + grantee.replace("%", "%%"));
    }
    statements.addAll(grants.subList(1, grants.size()));
    executeAll(session, statements, table);
  }

  void applyPolicies(Session session, TableName table) throws SQLException {
    executeAll(session, policies, table);
  }

  private static void executeAll(Session session, List<String> statements, TableName table)
      throws SQLException {
    if (!statements.isEmpty()) {
      session.define(
          statements.stream()
              .map(statement -> statement.formatted(table.quoted()))
              .toArray(String[]::new));
    }
  }

  private static List<String> texts(Session session, String sql, TableName table, Object... columns)
      throws SQLException {
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setString(1, table.quoted());
      if (columns.length > 0) {
        statement.setArray(2, session.connection().createArrayOf("text", columns));
      }
      List<String> texts = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    }
  }
}
