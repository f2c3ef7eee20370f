package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The foreign keys of a table that is about to be dropped, at both ends.
 *
 * <p>DROP TABLE locks each table that the dropped one references, and each of these locks may be
 * waited for as long as {@code lock_timeout} says. So where there are several, they go one by one,
 * each within what is left of one attempt's time.
 */
final class ForeignKeys {

  private static final Duration A_MOMENT = Duration.ofMillis(500);

  /** The longest wait for a lock on a table on which another lock is held already. */
  private static final Duration UPGRADE = Duration.ofMillis(20);

  /** A table that is checked within some hundredths of a second, by one query. */
  private static final long QUICK_BYTES = 8 << 20; // 8 MiB

  /** The same, row by row: the role may not read the other table, or policies filter it. */
  private static final long QUICK_BYTES_BY_ROWS = 1 << 20; // 1 MiB

  private ForeignKeys() {}

  /** Drops its references when there are several; one alone goes with the table. */
  static void dropSeveral(Session session, TableName table, LockAttempts.Time time)
      throws SQLException {
    if (namesOf(session, table).size() > 1) {
      drop(session, table, time);
    }
  }

  /** Drops its references, which locks the tables that it references. */
  static void drop(Session session, TableName table, LockAttempts.Time time) throws SQLException {
    for (String name : namesOf(session, table)) {
      session.lockTimeout(time.left());
      session.define(
          "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT " + Identifier.quote(name));
    }
    session.lockTimeout(time.left());
  }

  /**
   * Returns the tables that foreign keys join to a table. A publish takes their turns, too.
   * Otherwise two publishers of tables that reference each other would each hold one table, wait
   * for the other, and give up.
   */
  static List<TableName> neighbours(Session session, TableName table) throws SQLException {
    return neighbours(session, table, "true");
  }

  /**
   * Keeps the definitions of those tables as they are, where the role may lock them. Their readers
   * and writers go on. An autovacuum would be in the way of the locks that follow, and gives way
   * only to a request that waits longer than deadlock_timeout.
   *
   * @param attempt what later requests of the transaction wait for
   */
  static void holdNeighbours(Session session, TableName table, Duration attempt)
      throws SQLException {
    String may = "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')";
    List<TableName> held = neighbours(session, table, may);
    if (held.isEmpty()) {
      return;
    }
    String sql =
        "SELECT (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint";
    Duration yielding = Duration.ofMillis(session.one(sql, row -> row.getLong(1))).plus(A_MOMENT);
    session.lockTimeout(attempt.compareTo(yielding) > 0 ? attempt : yielding);
    for (TableName neighbour : held) {
      session.execute("LOCK TABLE " + neighbour.quoted() + " IN SHARE UPDATE EXCLUSIVE MODE");
    }
    session.lockTimeout(attempt);
  }

  /**
   * Returns whether checking all foreign keys of both ends takes but a moment.
   *
   * <p>Then they are added while readers wait, when all locks are there. Else they come before:
   * only writers wait while they are checked. But then we hold a lock on the tables at the other
   * ends while we wait for a stronger one. A session that has read such a table and now writes to
   * it is in a deadlock with us. PostgreSQL may end its transaction.
   */
  static boolean areQuick(Session session, TableName table, TableName fresh) throws SQLException {
    String sql =
        """
        SELECT coalesce(bool_and(
                 pg_relation_size(CASE k.conrelid WHEN t.id THEN t.fresh ELSE k.conrelid END)
                 <= CASE WHEN has_table_privilege(o.id, 'SELECT') AND NOT row_security_active(o.id)
                         THEN ? ELSE ? END), true)
          FROM (SELECT to_regclass(?)::oid, to_regclass(?)::oid) AS t (id, fresh)
          JOIN pg_constraint k ON k.contype = 'f' AND t.id IN (k.conrelid, k.confrelid)
          CROSS JOIN LATERAL (
            SELECT CASE t.id WHEN k.conrelid THEN k.confrelid ELSE k.conrelid END) AS o (id)
        """;
    return session.one(
        sql,
        row -> row.getBoolean(1),
        QUICK_BYTES,
        QUICK_BYTES_BY_ROWS,
        table.quoted(),
        fresh.quoted());
  }

  /** Returns what an attempt waits when locks on other tables are held and made stronger. */
  static Duration shortened(Duration attempt) {
    return attempt.compareTo(UPGRADE) < 0 ? attempt : UPGRADE;
  }

  private static List<TableName> neighbours(Session session, TableName table, String and)
      throws SQLException {
    String sql =
        """
        SELECT n.nspname, c.relname
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid IN (SELECT CASE t.id WHEN k.conrelid THEN k.confrelid ELSE k.conrelid END
                           FROM (SELECT to_regclass(?)::oid) AS t (id)
                           JOIN pg_constraint k ON k.contype = 'f'
                            AND t.id IN (k.conrelid, k.confrelid) AND k.conrelid <> k.confrelid)
           AND %s
         ORDER BY n.nspname, c.relname
        """
            .formatted(and);
    return session.list(
        sql, row -> new TableName(row.getString(1), row.getString(2)), table.quoted());
  }

  private static List<String> namesOf(Session session, TableName table) throws SQLException {
    String sql =
        """
        SELECT conname FROM pg_constraint
         WHERE contype = 'f' AND conrelid = ?::regclass AND confrelid <> conrelid
           AND conparentid = 0 -- others go with the one that they belong to
         ORDER BY conname
        """;
    return session.list(sql, row -> row.getString(1), table.quoted());
  }
}
