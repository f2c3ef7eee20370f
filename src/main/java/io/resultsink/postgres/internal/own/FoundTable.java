package io.resultsink.postgres.internal.own;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A relation of the staging schema as the catalog shows it. Only this class decides whether it is
 * ours.
 *
 * <p>Other roles may create in that schema too. Name and comment prove nothing. The owner does,
 * because a role can give a table only to roles that it is a member of.
 *
 * @param kind pg_class.relkind
 * @param role our role
 * @param own whether it belongs to our role itself
 * @param trusted whether it belongs to our role, the schema's owner, the target's or a superuser
 * @param schemaOwner the role that its schema belongs to
 * @param logged whether it survives a crash of the server
 * @param readable whether our role may read it
 * @param keyed whether it has the unique index that a ledger takes
 * @param comment its comment, cut after 4,000 characters
 * @param grantees the other roles that have a privilege on it
 * @param attached the objects that would run in statements on it, or change their effect
 */
public record FoundTable(
    TableName name,
    char kind,
    String role,
    String owner,
    boolean own,
    boolean trusted,
    String schemaOwner,
    boolean logged,
    boolean readable,
    boolean keyed,
    @Nullable String comment,
    List<FoundColumn> columns,
    List<String> grantees,
    List<Attached> attached) {

  /** A column of the relation; {@code type} as format_type() shows it. */
  public record FoundColumn(String name, String type, boolean notNull) {}

  /** Begins the names of the checks on a staging table, which a digest ends. */
  public static final String CHECK_PREFIX = "result_sink_check_";

  private static final Pattern OUR_CHECK =
      Pattern.compile("constraint " + CHECK_PREFIX + "[0-9a-f]+");

  /** The name of the ledger, on which a key and defaults are harmless. */
  public static final String LEDGER = "result_sink_ledger";

  /**
   * Selects the relations, and whether anything hangs on them that may not be harmless. The query
   * of {@link Attached} takes several times as long to plan, so it runs only then.
   */
  private static final String RELATIONS =
      """
      SELECT c.oid::bigint AS id, c.relname, c.relkind, current_user,
             pg_get_userbyid(c.relowner) AS owner,
             c.relowner = me.oid AS own,
             c.relowner IN (me.oid, heir.oid,
                            (SELECT t.relowner FROM pg_class t
                              WHERE t.relname = ? AND t.relnamespace =
                                    (SELECT oid FROM pg_namespace WHERE nspname = ?)))
               OR (SELECT rolsuper FROM pg_roles WHERE oid = c.relowner) AS trusted,
             pg_get_userbyid(heir.oid) AS schema_owner,
             c.relpersistence = 'p' AS logged,
             has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
               AS readable,
             coalesce(i.keyed, false) AS keyed,
             left(obj_description(c.oid, 'pg_class'), 4000) AS comment,
             coalesce(a.columns, '{}') AS columns, coalesce(a.types, '{}') AS types,
             coalesce(a.not_null, '{}') AS not_null,
             ARRAY(SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
                                   ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                     FROM (SELECT c.relacl AS acl UNION ALL
                           SELECT attacl FROM pg_attribute
                            WHERE attrelid = c.oid AND NOT attisdropped) AS acls,
                          aclexplode(acls.acl) AS g
                    WHERE g.grantee <> c.relowner) AS grantees,
             c.relhastriggers OR c.relhasrules OR c.relhassubclass OR c.relrowsecurity
               OR c.relforcerowsecurity OR a.generates OR i.harms OR d.harms
               OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
               OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
               OR EXISTS (SELECT FROM pg_constraint
                           WHERE conrelid = c.oid AND contype IN ('c', 'f', 'x', 't'))
               AS has_more,
             i.harms IS NOT NULL OR d.harms IS NOT NULL AS has_any
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT to_regrole(quote_ident(current_user))::oid) AS me (oid)
        CROSS JOIN LATERAL (
          SELECT CASE WHEN n.nspowner = 'pg_database_owner'::regrole
                      THEN (SELECT datdba FROM pg_database WHERE datname = current_database())
                      ELSE n.nspowner END) AS heir (oid)
        CROSS JOIN LATERAL (
          SELECT array_agg(attname::text ORDER BY attnum) AS columns,
                 array_agg(format_type(atttypid, atttypmod) ORDER BY attnum) AS types,
                 array_agg(attnotnull ORDER BY attnum) AS not_null,
                 bool_or(attidentity <> '') AS generates
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS a
        CROSS JOIN LATERAL (
          SELECT bool_or(is_key AND indisvalid AND indimmediate AND NOT expresses) AS keyed,
                 bool_or(expresses OR indisunique AND NOT is_key) AS harms
            FROM (SELECT x.*, x.indexprs IS NOT NULL OR x.indpred IS NOT NULL AS expresses,
                         x.indisunique AND ARRAY(
                           SELECT attname::text FROM pg_attribute
                            WHERE attrelid = c.oid AND attnum = ANY (x.indkey) ORDER BY 1)
                           = '{part,run_id,target_schema,target_table}' AS is_key
                    FROM pg_index x WHERE x.indrelid = c.oid) AS x) AS i
        CROSS JOIN LATERAL (
          SELECT bool_or(attgenerated <> '' OR (attname, pg_get_expr(adbin, adrelid)) NOT IN
                         (('part', '''''::text'), ('published_at', 'clock_timestamp()'))) AS harms
            FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = c.oid) AS d
       WHERE n.nspname = ? AND c.relname = ANY (?)
       ORDER BY c.relname
      """;

  /** Returns the relation of that name, of any kind; {@code target} is the run's. */
  public static Optional<FoundTable> find(Session session, TableName name, TableName target)
      throws SQLException {
    return find(session, List.of(name), target).stream().findFirst();
  }

  /** Returns the relations of one schema that exist, all from one snapshot of the catalog. */
  public static List<FoundTable> find(Session session, List<TableName> names, TableName target)
      throws SQLException {
    String schema = names.get(0).schema();
    String[] tables = names.stream().map(TableName::table).toArray(String[]::new);
    return session.list(
        RELATIONS,
        row -> {
          TableName name = new TableName(schema, row.getString("relname"));
          boolean more =
              row.getBoolean("has_more")
                  || (row.getBoolean("has_any") && !name.table().equals(LEDGER));
          return read(row, name, more ? Attached.to(session, row.getLong("id")) : List.of());
        },
        target.table(),
        target.schema(),
        schema,
        tables);
  }

  private static FoundTable read(ResultSet row, TableName name, List<Attached> attached)
      throws SQLException {
    String[] types = (String[]) row.getArray("types").getArray();
    Boolean[] notNull = (Boolean[]) row.getArray("not_null").getArray();
    List<FoundColumn> columns = new ArrayList<>();
    for (String column : (String[]) row.getArray("columns").getArray()) {
      columns.add(new FoundColumn(column, types[columns.size()], notNull[columns.size()]));
    }
    return new FoundTable(
        name,
        row.getString("relkind").charAt(0),
        row.getString("current_user"),
        row.getString("owner"),
        row.getBoolean("own"),
        row.getBoolean("trusted"),
        row.getString("schema_owner"),
        row.getBoolean("logged"),
        row.getBoolean("readable"),
        row.getBoolean("keyed"),
        row.getString("comment"),
        List.copyOf(columns),
        List.of((String[]) row.getArray("grantees").getArray()),
        attached);
  }

  /** Returns whether it is an ordinary table. */
  public boolean isTable() {
    return kind == 'r';
  }

  /** Returns the content of its comment; absent if the sink did not write that. */
  public Optional<StagingComment> said() {
    return Optional.ofNullable(comment).flatMap(StagingComment::parse);
  }

  /**
   * Returns the reasons why it is not a table of our role with these columns and nothing else on
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
      if (OUR_CHECK.matcher(thing.what()).matches()) {
        continue;
      }
      reasons.add(
          name
              + " has "
              + thing.what()
              + ", which the sink did not create; remove it with "
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

  /** The sentence that is added to the problems of a table that the sink created itself. */
  public static final String EVENT_TRIGGER =
      "; if an event trigger of the database does that, exempt tables named result_sink_* from it";
}
