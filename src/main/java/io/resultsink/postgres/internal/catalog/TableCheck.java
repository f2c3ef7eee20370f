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

  /** Those of a table that name its columns alone, and neither whole rows nor system columns. */
  public static List<TableCheck> of(Session session, TableName table) throws SQLException {
    String enforced = session.serverVersion() >= NOT_ENFORCED_SINCE ? "AND conenforced" : "";
    String sql =
        """
        SELECT conname, pg_get_expr(conbin, conrelid),
               ARRAY(SELECT attname::text FROM pg_attribute
                      WHERE attrelid = conrelid AND attnum = ANY (conkey) ORDER BY attnum)
          FROM pg_constraint
         WHERE conrelid = ?::regclass AND contype = 'c' AND 0 < ALL (conkey) %s
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
