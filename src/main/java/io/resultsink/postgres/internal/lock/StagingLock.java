package io.resultsink.postgres.internal.lock;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.ServerProcess;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lock that prevents zombies from adding staged rows. Its mode is SHARE ROW EXCLUSIVE, because
 * ACCESS EXCLUSIVE would wait for a running pg_dump. Sessions of our role that still write after a
 * while are terminated. This is safe because every reported chunk is committed.
 */
public final class StagingLock {

  /** The time that a chunk may take to end by itself, before its session is terminated. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The time for which attempts go on after sessions were terminated. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Retry PAUSES = Retry.every(Duration.ofMillis(15));

  private static final Duration ATTEMPT = Duration.ofMillis(500);

  private final Session session;
  private final List<TableName> tables;

  /** Creates the lock of these tables, which are locked in this order. */
  public StagingLock(Session session, List<TableName> tables) {
    this.session = session;
    this.tables = List.copyOf(tables);
  }

  /** Takes the lock, until the session's transaction ends. */
  public void acquire() throws SQLException {
    long begin = System.nanoTime();
    boolean terminated = false;
    String names = tables.stream().map(TableName::quoted).collect(Collectors.joining(", "));
    session.lockTimeout(ATTEMPT);
    while (true) {
      session.execute("SAVEPOINT staging_lock");
      try {
        session.execute("LOCK TABLE " + names + " IN SHARE ROW EXCLUSIVE MODE");
        session.execute("RELEASE SAVEPOINT staging_lock");
        return;
      } catch (SQLException e) {
        long waited = System.nanoTime() - begin;
        if (!SqlState.is(SqlState.LOCK_NOT_AVAILABLE, e) || waited > LIMIT.toNanos()) {
          throw e;
        }
        session.execute("ROLLBACK TO SAVEPOINT staging_lock");
        session.execute("RELEASE SAVEPOINT staging_lock");
        if (waited > PATIENCE.toNanos() && !terminated) {
          ServerProcess.terminateWriters(session, tables);
          terminated = true;
        }
      }
      PAUSES.pause(1);
    }
  }
}
