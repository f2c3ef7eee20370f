package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.ServerReason;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.load.Pause;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Asks for a table's lock briefly, again and again.
 *
 * <p>Whoever queues behind a waiting request waits as long as it does, so one attempt is short; and
 * each is a savepoint, so that the transaction keeps what it has while it goes on trying.
 */
final class LockAttempts {

  private static final Duration MOMENT = Duration.ofMillis(100);
  private static final int SHORTEST_PAUSE_MILLIS = 25;
  private static final int LONGEST_PAUSE_MILLIS = 150;

  private final Session session;

  LockAttempts(Session session) {
    this.session = session;
  }

  /** Whether nobody at all uses a table at this moment. */
  boolean isFree(TableName table) throws SQLException {
    session.lockTimeout(MOMENT);
    session.execute("SAVEPOINT lock_attempt");
    boolean free = true;
    try {
      session.execute("LOCK TABLE " + table.quoted() + " IN ACCESS EXCLUSIVE MODE");
    } catch (SQLException e) {
      if (!isInTheWay(e)) {
        throw e;
      }
      free = false;
    }
    session.execute("ROLLBACK TO SAVEPOINT lock_attempt");
    session.execute("RELEASE SAVEPOINT lock_attempt");
    return free;
  }

  private static boolean isInTheWay(SQLException failure) {
    return SqlState.is(SqlState.LOCK_NOT_AVAILABLE, failure)
        || SqlState.is(SqlState.DEADLOCK_DETECTED, failure);
  }

  /**
   * Takes the lock of one table, or the locks of several at once; the last one is the target.
   *
   * @param attempt how long one attempt waits
   * @param wait how long attempts go on
   * @throws PublishFailedException naming who is in the way
   */
  void acquire(List<TableName> tables, TableLock lock, Duration attempt, Duration wait)
      throws SQLException {
    String names = tables.stream().map(TableName::quoted).collect(Collectors.joining(", "));
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      session.lockTimeout(attempt);
      session.execute("SAVEPOINT lock_attempt");
      try {
        session.execute("LOCK TABLE " + names + " IN " + lock.sql() + " MODE");
        session.execute("RELEASE SAVEPOINT lock_attempt");
        return;
      } catch (SQLException e) {
        if (!isInTheWay(e)) {
          throw e;
        }
        session.execute("ROLLBACK TO SAVEPOINT lock_attempt");
        session.execute("RELEASE SAVEPOINT lock_attempt");
        if (System.nanoTime() > deadline) {
          throw gaveUp(tables, lock, wait, e);
        }
      }
      Pause.millis(
          ThreadLocalRandom.current().nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
    }
  }

  private PublishFailedException gaveUp(
      List<TableName> tables, TableLock lock, Duration wait, SQLException failure)
      throws SQLException {
    List<String> holders = holders(tables, lock);
    return new PublishFailedException(
        "no lock on "
            + tables.get(tables.size() - 1)
            + " after "
            + told(wait)
            + " of trying; the table is untouched\n  "
            + (holders.isEmpty()
                ? "its holder has just let go"
                : String.join("\n  ", holders.stream().map(Printable::of).toList()))
            + "\n  run the same run id again when it is done: it publishes once",
        Remedy.RETRY,
        SqlState.of(failure),
        ServerReason.scrubbed(failure));
  }

  /**
   * Who holds what conflicts, on the tables or a part of one, or else who is queued for it in front
   * of us: pid, application and user always; the rest as the role may read.
   */
  private List<String> holders(List<TableName> tables, TableLock lock) throws SQLException {
    String sql =
        """
        WITH RECURSIVE locked (relation) AS (
          SELECT unnest(?::regclass[])::oid
           UNION
          SELECT i.inhrelid FROM pg_inherits i JOIN locked ON i.inhparent = locked.relation)
        SELECT coalesce('pid ' || l.pid, 'prepared transaction ' || quote_literal(p.gid),
                        'a prepared transaction'),
               CASE WHEN a.pid IS NOT NULL
                    THEN coalesce(nullif(a.application_name, ''), 'an unnamed application') END,
               coalesce(a.usename, p.owner, 'unknown'),
               date_trunc('second', clock_timestamp() - coalesce(a.xact_start, p.prepared))::text,
               left(a.query, 80), l.granted
          FROM (SELECT DISTINCT pid, virtualtransaction, granted FROM pg_locks
                 WHERE locktype = 'relation'
                   AND relation IN (SELECT relation FROM locked)
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                   AND pid IS DISTINCT FROM pg_backend_pid()
                   AND mode = ANY (?)) AS l
          LEFT JOIN pg_stat_activity a ON a.pid = l.pid
          LEFT JOIN (pg_locks own JOIN pg_prepared_xacts p ON p.transaction = own.transactionid)
            ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
           AND own.virtualtransaction = l.virtualtransaction
         ORDER BY coalesce(a.xact_start, p.prepared) NULLS LAST
        """;
    List<String> holders = new ArrayList<>();
    List<String> queued = new ArrayList<>();
    try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
      statement.setArray(
          1,
          session
              .connection()
              .createArrayOf("text", tables.stream().map(TableName::quoted).toArray()));
      statement.setArray(2, session.connection().createArrayOf("text", lock.conflicts().toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String since = rows.getString(4) == null ? "" : ", for " + rows.getString(4);
          boolean readable = rows.getString(5) != null && !rows.getString(5).startsWith("<");
          boolean granted = rows.getBoolean(6);
          (granted ? holders : queued)
              .add(
                  (granted ? "held by " : "asked for before us by ")
                      + rows.getString(1)
                      + (rows.getString(2) == null ? "" : ", " + rows.getString(2))
                      + ", user "
                      + rows.getString(3)
                      + since
                      + (readable ? ": " + rows.getString(5).replaceAll("\\s+", " ").strip() : ""));
        }
      }
    }
    return holders.isEmpty() ? queued : holders;
  }

  private static String told(Duration wait) {
    return wait.toSeconds() >= 120 ? wait.toMinutes() + " min" : wait.toMillis() / 1000.0 + " s";
  }
}
