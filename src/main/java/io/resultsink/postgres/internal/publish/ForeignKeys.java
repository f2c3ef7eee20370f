package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;

/**
 * The references of a table that is about to be dropped.
 *
 * <p>DROP TABLE locks each table that the dropped one references, and each of these locks may be
 * waited for as long as {@code lock_timeout} says. So where there are several, they go one by one,
 * each within what is left of one attempt's time.
 */
final class ForeignKeys {

  private ForeignKeys() {}

  /** Drops them when there are several; one alone goes with the table. */
  static void dropSeveral(Session session, TableName table, LockAttempts.Time time)
      throws SQLException {
    List<String> names = namesOf(session, table);
    if (names.size() < 2) {
      return;
    }
    for (String name : names) {
      session.lockTimeout(time.left());
      session.define(
          "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT " + Identifier.quote(name));
    }
    session.lockTimeout(time.left());
  }

  private static List<String> namesOf(Session session, TableName table) throws SQLException {
    String sql =
        """
        SELECT conname FROM pg_constraint
         WHERE contype = 'f' AND conrelid = ?::regclass AND confrelid <> conrelid
         ORDER BY conname
        """;
    return session.list(sql, row -> row.getString(1), table.quoted());
  }
}
