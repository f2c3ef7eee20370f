package io.resultsink.postgres.internal.part;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.annotations.Internal;

/**
 * A replaced table that is kept under a private name. Its rows, columns, checks and indexes stay.
 * All of it goes that somebody else would notice.
 *
 * <p>A foreign key of a table that nobody sees would make others' DELETE fail. A grant or a policy
 * would keep a role from being dropped. A default would hold a sequence that counts for another
 * table now. What goes hangs on the new table, if anywhere.
 */
@Internal
public final class AsideTable {

  /** Of a table and the beginning of its indexes' new names. */
  private static final String STRIPPING =
      """
      WITH t AS (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
                  WHERE c.oid = to_regclass(?)),
      attributes AS (
        SELECT a.*, t.name, quote_ident(a.attname) AS quoted
          FROM t JOIN pg_attribute a ON a.attrelid = t.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped),
      indexes AS (
        SELECT x.*, t.name, x.indexrelid::regclass AS index,
               row_number() OVER (ORDER BY x.indexrelid) AS number
          FROM t JOIN pg_index x ON x.indrelid = t.oid)
      SELECT sql FROM (
        SELECT 1, 'DROP TRIGGER ' || quote_ident(tgname) || ' ON ' || name
          FROM t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
        UNION ALL
        SELECT 2, 'DROP RULE ' || quote_ident(rulename) || ' ON ' || name
          FROM t JOIN pg_rewrite r ON r.ev_class = t.oid
        UNION ALL
        SELECT 3, 'DROP POLICY ' || quote_ident(polname) || ' ON ' || name
          FROM t JOIN pg_policy y ON y.polrelid = t.oid
        UNION ALL
        SELECT 4, 'ALTER TABLE ' || name || ' DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY'
          FROM t WHERE relrowsecurity OR relforcerowsecurity
        UNION ALL
        SELECT 5, 'ALTER TABLE ' || name || ' DROP CONSTRAINT ' || quote_ident(conname)
          FROM t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
        UNION ALL
        SELECT 6, 'DROP STATISTICS ' || quote_ident(nspname) || '.' || quote_ident(stxname)
          FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.oid
          JOIN pg_namespace n ON n.oid = s.stxnamespace
        UNION ALL
        SELECT 7, 'ALTER TABLE ' || name || ' ALTER COLUMN ' || quoted || ' DROP DEFAULT'
          FROM attributes WHERE atthasdef AND attgenerated = ''
        UNION ALL
        SELECT 8, 'ALTER TABLE ' || name || ' ALTER COLUMN ' || quoted || ' DROP IDENTITY'
          FROM attributes WHERE attidentity <> ''
        UNION ALL
        SELECT 9, 'DROP SEQUENCE ' || q.oid::regclass
          FROM t
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
           AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
          JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
        UNION ALL
        SELECT 10, 'COMMENT ON COLUMN ' || name || '.' || quoted || ' IS NULL'
          FROM attributes WHERE col_description(attrelid, attnum) IS NOT NULL
        UNION ALL
        SELECT 10, 'COMMENT ON CONSTRAINT ' || quote_ident(conname) || ' ON ' || name || ' IS NULL'
          FROM t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype NOT IN ('f', 't')
         WHERE obj_description(k.oid, 'pg_constraint') IS NOT NULL
        UNION ALL
        SELECT 10, 'COMMENT ON INDEX ' || index || ' IS NULL'
          FROM indexes WHERE obj_description(indexrelid, 'pg_class') IS NOT NULL
        UNION ALL
        SELECT 11, 'ALTER TABLE ' || name || ' SET WITHOUT CLUSTER' FROM indexes WHERE indisclustered
        UNION ALL
        SELECT 12, 'ALTER TABLE ' || name || ' REPLICA IDENTITY DEFAULT'
          FROM t WHERE relreplident <> 'd'
        UNION ALL
        SELECT 13, 'ALTER TABLE ' || name || ' NOT OF' FROM t WHERE reloftype <> 0
        UNION ALL
        SELECT 14, 'ALTER TABLE ' || name || ' RESET ('
               || string_agg(o.prefix || split_part(o.option, '=', 1), ', ') || ')'
          FROM t, LATERAL (
            SELECT '' AS prefix, unnest(t.reloptions) AS option
             UNION ALL
            SELECT 'toast.', unnest(s.reloptions) FROM pg_class s WHERE s.oid = t.reltoastrelid
          ) AS o
         GROUP BY name
        UNION ALL
        SELECT 15, 'REVOKE ALL ON TABLE ' || name || ' FROM ' || string_agg(DISTINCT
                 CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                ELSE quote_ident(pg_get_userbyid(g.grantee)) END, ', ')
               || ' CASCADE'
          FROM (SELECT name, relowner, relacl AS acl FROM t
                UNION ALL
                SELECT t.name, t.relowner, a.attacl FROM t JOIN attributes a ON a.attrelid = t.oid
               ) AS acls, aclexplode(acls.acl) AS g
         WHERE g.grantee <> relowner
         GROUP BY name
        UNION ALL
        SELECT 15, 'REVOKE ALL ON TYPE ' || name || ' FROM ' || string_agg(DISTINCT
                 quote_ident(pg_get_userbyid(g.grantee)), ', ') || ' CASCADE'
          FROM t JOIN pg_type y ON y.oid = t.reltype, aclexplode(y.typacl) AS g
         WHERE g.grantee NOT IN (0, relowner)
         GROUP BY name
        UNION ALL
        SELECT 16, 'GRANT USAGE ON TYPE ' || name || ' TO PUBLIC, '
               || quote_ident(pg_get_userbyid(relowner))
          FROM t JOIN pg_type y ON y.oid = t.reltype AND y.typacl IS NOT NULL
        UNION ALL
        SELECT 16, 'COMMENT ON TYPE ' || name || ' IS NULL'
          FROM t WHERE obj_description(reltype, 'pg_type') IS NOT NULL
        UNION ALL
        SELECT 17, 'ALTER INDEX ' || index || ' RENAME TO ' || ? || number FROM indexes
      ) AS stripping (rank, sql)
      ORDER BY rank, sql
      """;

  private AsideTable() {}

  /**
   * Puts a table aside whose name is free for the new one, while it is locked against readers.
   *
   * @param found its name now
   * @param kept its name from now on
   * @throws SQLException with SQLSTATE 2BP01 when something else depends on it
   */
  public static void put(Session session, TableName found, TableName kept, String comment)
      throws SQLException {
    List<String> stripping =
        session.list(STRIPPING, row -> row.getString(1), found.quoted(), kept.table() + "_i");
    if (!stripping.isEmpty()) {
      session.define(stripping.toArray(String[]::new));
    }
    requireNothingDepends(session, found);
    List<String> moving = new ArrayList<>();
    moving.add("ALTER TABLE " + found.quoted() + " RENAME TO " + Identifier.quote(kept.table()));
    TableName renamed = new TableName(found.schema(), kept.table());
    String schema = Objects.requireNonNull(kept.schema());
    if (!schema.equals(found.schema())) {
      moving.add("ALTER TABLE " + renamed.quoted() + " SET SCHEMA " + Identifier.quote(schema));
    }
    moving.add("COMMENT ON TABLE " + kept.quoted() + " IS " + session.literal(comment));
    session.define(moving.toArray(String[]::new));
  }

  /** PostgreSQL itself says so, of a table that it would drop. */
  private static void requireNothingDepends(Session session, TableName table) throws SQLException {
    session.execute("SAVEPOINT nothing_depends");
    session.define("DROP TABLE " + table.quoted() + " RESTRICT");
    session.execute("ROLLBACK TO SAVEPOINT nothing_depends");
    session.execute("RELEASE SAVEPOINT nothing_depends");
  }
}
