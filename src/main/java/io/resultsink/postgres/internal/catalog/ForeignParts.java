package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.internal.session.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The foreign tables among a table's partitions and children, at any depth. Another server commits
 * rows of these, before the publish commits and even if it fails.
 */
@Internal
public final class ForeignParts {

  private ForeignParts() {}

  /**
   * Checks again after rows were written, because the lock of an append permits others to attach
   * partitions.
   *
   * @throws IncompatibleTableException if there is one; the caller rolls back
   */
  public static void requireNone(Session session, ResolvedTarget target) throws SQLException {
    List<String> problems = problems(session, target.table());
    if (!problems.isEmpty()) {
      throw new IncompatibleTableException(
          "a foreign table became a part of "
              + target
              + " while rows were written; rolled back, the table is untouched",
          problems);
    }
  }

  /** Returns a problem for each, with the statement that detaches it; empty if there is none. */
  public static List<String> problems(Session session, TableName table) throws SQLException {
    String sql =
        """
        WITH RECURSIVE part (oid, parent) AS (
          SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhparent = ?::regclass
           UNION
          SELECT i.inhrelid, i.inhparent
            FROM pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid)
        SELECT n.nspname, c.relname, c.relispartition, pn.nspname, p.relname
          FROM part
          JOIN pg_catalog.pg_class c ON c.oid = part.oid
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_class p ON p.oid = part.parent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
         WHERE c.relkind = 'f'
         ORDER BY n.nspname, c.relname, pn.nspname, p.relname
        """;
    return session.list(sql, ForeignParts::problem, table.quoted());
  }

  private static String problem(ResultSet row) throws SQLException {
    TableName foreign = new TableName(row.getString(1), row.getString(2));
    TableName parent = new TableName(row.getString(4), row.getString(5));
    String wayOut =
        row.getBoolean(3)
            ? "ALTER TABLE " + parent.quoted() + " DETACH PARTITION " + foreign.quoted()
            : "ALTER FOREIGN TABLE " + foreign.quoted() + " NO INHERIT " + parent.quoted();
    return "%s is a foreign table and a part of %s; a failed publish could not roll back its rows; detach it with %s, or write to a partition of this server"
        .formatted(foreign, parent, wayOut);
  }
}
