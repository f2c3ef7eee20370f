package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * A CHECK of a table that new rows have to pass.
 *
 * @param expression as SQL writes it with an empty search path
 * @param columns the columns that it names
 */
public record TableCheck(String name, String expression, List<String> columns) {

  private static final int NOT_ENFORCED_SINCE = 18;

  /**
   * Those of a table that mean the same over columns of the same base types elsewhere. They name
   * neither whole rows nor system columns, nor a column with a collation of its own or of its
   * domain, by which their operators compare without saying so. They call no function for a domain:
   * another of that name could be for its base type.
   */
  public static List<TableCheck> of(Session session, TableName table) throws SQLException {
    String enforced = session.serverVersion() >= NOT_ENFORCED_SINCE ? "AND conenforced" : "";
    String sql =
        """
        SELECT conname, pg_get_expr(conbin, conrelid),
               ARRAY(SELECT attname::text FROM pg_attribute
                      WHERE attrelid = conrelid AND attnum = ANY (conkey) ORDER BY attnum)
          FROM pg_constraint
         WHERE conrelid = ?::regclass AND contype = 'c' AND 0 < ALL (conkey) %s
           AND NOT EXISTS (
             WITH RECURSIVE named (used, typtype, typbasetype, typcollation) AS (
               SELECT attcollation, typtype, typbasetype, typcollation
                 FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
                WHERE attrelid = conrelid AND attnum = ANY (conkey)
               UNION ALL
               SELECT named.used, base.typtype, base.typbasetype, base.typcollation
                 FROM named JOIN pg_type base
                   ON base.oid = named.typbasetype AND named.typtype = 'd')
             SELECT FROM named WHERE typtype <> 'd' AND used <> typcollation)
           AND NOT EXISTS (
             SELECT FROM pg_depend
               LEFT JOIN pg_proc p ON refclassid = 'pg_proc'::regclass AND p.oid = refobjid
               LEFT JOIN pg_operator o
                 ON refclassid = 'pg_operator'::regclass AND o.oid = refobjid
               JOIN pg_type t ON t.oid = ANY (p.proargtypes) OR t.oid IN (oprleft, oprright)
              WHERE classid = 'pg_constraint'::regclass AND objid = pg_constraint.oid
                AND t.typtype = 'd')
         ORDER BY conname
        """
            .formatted(enforced);
    return session.list(
        sql,
        row ->
            new TableCheck(
                row.getString(1), row.getString(2), List.of((String[]) row.getArray(3).getArray())),
        table.quoted());
  }

  /**
   * Returns whether triggers of a table, or of its partitions, may change a row before it is
   * checked.
   */
  public static boolean followTriggers(Session session, TableName table) throws SQLException {
    String sql =
        """
        SELECT EXISTS (
          SELECT FROM pg_trigger
           WHERE (tgrelid = ?::regclass
                  OR tgrelid IN (SELECT relid FROM pg_partition_tree(?::regclass)))
             AND tgtype & 3 = 3 -- BEFORE, FOR EACH ROW
             AND tgtype & 20 > 0 -- INSERT or UPDATE
             AND tgenabled IN ('O', 'A'))
        """;
    return session.one(sql, row -> row.getBoolean(1), table.quoted(), table.quoted());
  }
}
