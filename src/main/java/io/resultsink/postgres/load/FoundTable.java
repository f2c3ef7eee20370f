package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A relation of the staging schema as the catalog shows it: the only place that decides whether it
 * is ours.
 *
 * <p>Others may create in that schema too. A name and a comment prove nothing; an owner does, since
 * nobody can give a table to a role that he is no member of.
 *
 * @param kind pg_class.relkind
 * @param role our role
 * @param own whether it belongs to our role itself
 * @param trusted whether it belongs to our role, the schema's owner, the target's or a superuser
 * @param schemaOwner the role that its schema belongs to
 * @param readable whether our role may read it
 * @param keyed whether it has the unique index that a ledger takes
 * @param comment its comment, cut after 4,000 characters
 * @param grantees who else has any privilege on it
 * @param attached what would run in statements on it, or change what they do
 */
record FoundTable(
    TableName name,
    char kind,
    String role,
    String owner,
    boolean own,
    boolean trusted,
    String schemaOwner,
    boolean readable,
    boolean keyed,
    @Nullable String comment,
    List<FoundColumn> columns,
    List<String> grantees,
    List<Attached> attached) {

  /** One of its columns; {@code type} as format_type() shows it. */
  record FoundColumn(String name, String type, boolean notNull) {}

  /**
   * An object that hangs on a table.
   *
   * @param remedy the statement that takes it away
   * @param harmless whether a ledger may have it: its key and its defaults, plain indexes, and row
   *     security that does not apply to our role
   */
  record Attached(String what, String remedy, boolean harmless) {}

  private static final String SQL =
      """
      SELECT c.relname, c.relkind, current_user, pg_get_userbyid(c.relowner) AS owner,
             c.relowner = me.oid AS own,
             c.relowner IN (me.oid, heir.oid, target.relowner)
               OR (SELECT rolsuper FROM pg_roles WHERE oid = c.relowner) AS trusted,
             pg_get_userbyid(heir.oid) AS schema_owner,
             has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
               AS readable,
             EXISTS (SELECT FROM pg_index x
                      WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid
                        AND x.indimmediate AND x.indexprs IS NULL AND x.indpred IS NULL
                        AND ARRAY(SELECT attname::text FROM pg_attribute
                                   WHERE attrelid = c.oid AND attnum = ANY (x.indkey)
                                   ORDER BY 1)
                            = '{part,run_id,target_schema,target_table}') AS keyed,
             left(obj_description(c.oid, 'pg_class'), 4000) AS comment,
             ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                      AND NOT attisdropped ORDER BY attnum) AS columns,
             ARRAY(SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                    ORDER BY attnum) AS types,
             ARRAY(SELECT attnotnull FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                      AND NOT attisdropped ORDER BY attnum) AS not_null,
             ARRAY(SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                   ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                     FROM (SELECT c.relacl AS acl UNION ALL
                           SELECT attacl FROM pg_attribute
                            WHERE attrelid = c.oid AND NOT attisdropped) AS acls,
                          aclexplode(acls.acl) AS g
                    WHERE g.grantee <> c.relowner) AS grantees,
             a.what, a.remedy, a.harmless
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT to_regrole(quote_ident(current_user))::oid) AS me (oid)
        CROSS JOIN LATERAL (
          SELECT CASE WHEN n.nspowner = 'pg_database_owner'::regrole
                      THEN (SELECT datdba FROM pg_database WHERE datname = current_database())
                      ELSE n.nspowner END) AS heir (oid)
        LEFT JOIN LATERAL (
          SELECT t.relowner FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
           WHERE s.nspname = ? AND t.relname = ?) AS target ON true
        LEFT JOIN LATERAL (
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
        ) AS a ON true
       WHERE n.nspname = ? AND c.relname = ANY (?)
       ORDER BY c.relname, a.what
      """;

  /** The relation of that name, of whatever kind; {@code target} is the run's. */
  static Optional<FoundTable> find(Session session, TableName name, TableName target)
      throws SQLException {
    return find(session, List.of(name), target).stream().findFirst();
  }

  /** Those relations of one schema that are there, as one moment's catalog shows them. */
  static List<FoundTable> find(Session session, List<TableName> names, TableName target)
      throws SQLException {
    String schema = names.get(0).schema();
    String[] tables = names.stream().map(TableName::table).toArray(String[]::new);
    Map<String, FoundTable> found = new LinkedHashMap<>();
    session.list(
        SQL,
        row -> {
          String table = row.getString("relname");
          if (!found.containsKey(table)) {
            found.put(table, read(row, new TableName(schema, table)));
          }
          return found.get(table).addAttached(row);
        },
        target.schema(),
        target.table(),
        schema,
        tables);
    return List.copyOf(found.values());
  }

  private static FoundTable read(ResultSet row, TableName name) throws SQLException {
    String[] types = (String[]) row.getArray("types").getArray();
    Boolean[] notNull = (Boolean[]) row.getArray("not_null").getArray();
    List<FoundColumn> columns = new ArrayList<>();
    for (String column : (String[]) row.getArray("columns").getArray()) {
      columns.add(new FoundColumn(column, types[columns.size()], notNull[columns.size()]));
    }
    char kind = row.getString("relkind").charAt(0);
    String role = row.getString("current_user");
    String owner = row.getString("owner");
    boolean own = row.getBoolean("own");
    boolean trusted = row.getBoolean("trusted");
    String schemaOwner = row.getString("schema_owner");
    boolean readable = row.getBoolean("readable");
    boolean keyed = row.getBoolean("keyed");
    String comment = row.getString("comment");
    List<String> grantees = List.of((String[]) row.getArray("grantees").getArray());
    return new FoundTable(
        name,
        kind,
        role,
        owner,
        own,
        trusted,
        schemaOwner,
        readable,
        keyed,
        comment,
        List.copyOf(columns),
        grantees,
        new ArrayList<>());
  }

  /** Adds what a row says that hangs on the table; nothing when nothing does. */
  private boolean addAttached(ResultSet row) throws SQLException {
    return row.getString("what") != null
        && attached.add(
            new Attached(
                row.getString("what"), row.getString("remedy"), row.getBoolean("harmless")));
  }

  /** Returns whether it is an ordinary table. */
  boolean isTable() {
    return kind == 'r';
  }

  /** Returns what it says of itself; absent when that is none of our comments. */
  Optional<StagingComment> said() {
    return Optional.ofNullable(comment).flatMap(StagingComment::parse);
  }

  /**
   * Returns why it is not a table that our role has made, with these columns and nothing else on
   * it.
   */
  List<String> reasonsNotOurs(List<String> expected) {
    if (!own || !isTable()) {
      return List.of(
          name
              + (isTable() ? "" : " is no table and")
              + " belongs to role "
              + owner
              + ", and role "
              + role
              + " trusts only tables of its own there; drop it with DROP "
              + (isTable() ? "TABLE " + name.quoted() : "of its kind")
              + ", or name a staging_schema in which no other role may create");
    }
    List<String> reasons = new ArrayList<>();
    for (Attached thing : attached) {
      reasons.add(
          name
              + " has "
              + thing.what()
              + ", which the sink has not made; take it away with "
              + thing.remedy()
              + EVENT_TRIGGER);
    }
    List<String> names = columns.stream().map(FoundColumn::name).toList();
    if (!names.equals(expected)) {
      reasons.add(
          name
              + " has the columns ("
              + String.join(", ", names)
              + ") and not ("
              + String.join(", ", expected)
              + ")"
              + EVENT_TRIGGER);
    }
    return reasons;
  }

  /** Added to what is wrong with a table that we have made ourselves. */
  static final String EVENT_TRIGGER =
      "; if an event trigger of the database does that, exempt tables named result_sink_* from it";
}
