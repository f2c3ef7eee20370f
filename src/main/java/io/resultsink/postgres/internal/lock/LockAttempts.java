package io.resultsink.postgres.internal.lock;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The attempts at work that needs a table's lock.
 *
 * <p>Each lock attempt is short, because other sessions queue after its waiting request. Each is a
 * savepoint, so the transaction keeps its other locks and results between attempts. The work is
 * part of the attempt: it may need more locks, and while it waits for one it holds the others.
 */
public final class LockAttempts {

  private static final Duration MOMENT = Duration.ofMillis(100);
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration PAUSE = Duration.ofMillis(50);

  /**
   * The most attempts that end in XX000 (internal error). It may mean "tuple concurrently updated",
   * when another session has altered the table without a lock on it. It may also mean a broken
   * disk, which no attempt repairs.
   */
  private static final int MOST_INTERNAL_ERRORS = 20;

  /** The work under the lock. It is repeated as a whole if it could not be finished. */
  @FunctionalInterface
  public interface Work {
    long run(Time time) throws SQLException;
  }

  /** A part of an attempt. */
  @FunctionalInterface
  public interface Step {
    void run() throws SQLException;
  }

  /** The time of one attempt. */
  public record Time(Duration all, long begin) {

    /** Begins now. */
    public Time(Duration all) {
      this(all, System.nanoTime());
    }

    /**
     * Returns what is left of the attempt's time, but at least a moment, so that a slow network
     * does not prevent every attempt.
     */
    public Duration left() {
      Duration left = all.minusNanos(System.nanoTime() - begin);
      return left.compareTo(LEAST) > 0 ? left : LEAST;
    }
  }

  private final Session session;
  private final Patience patience;
  private @Nullable TableName heldAnyway;
  private Step references = () -> {};
  private List<String> firstLocks = List.of();

  public LockAttempts(Session session, Patience patience) {
    this.session = session;
    this.patience = patience;
  }

  /**
   * Ends the attempts if another session waits for a table that this transaction holds. That
   * session may hold the lock that is requested here, so the transaction begins again.
   */
  public void giveWayAt(TableName table) {
    heldAnyway = table;
  }

  /**
   * Begins each attempt with more statements.
   *
   * @param references statements that make no reader wait, however long they take
   * @param locks locks that readers take before the tables' locks
   */
  public void begin(Step references, List<String> locks) {
    this.references = references;
    this.firstLocks = List.copyOf(locks);
  }

  private void requireNobodyWaits() throws SQLException {
    if (heldAnyway == null) {
      return;
    }
    String sql =
        """
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.relation = to_regclass(?) AND NOT l.granted
        """;
    if (session.find(sql, row -> true, heldAnyway.quoted()).isPresent()) {
      throw new Conflict("somebody waits for " + heldAnyway);
    }
  }

  /**
   * Locks a table and releases it.
   *
   * @return whether no other session uses it at this moment
   */
  public static boolean canLockNow(Session session, TableName table) throws SQLException {
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
    rollBack(session);
    return free;
  }

  private static void rollBack(Session session) throws SQLException {
    session.execute("ROLLBACK TO SAVEPOINT lock_attempt");
    session.execute("RELEASE SAVEPOINT lock_attempt");
  }

  private static boolean isInTheWay(SQLException failure) {
    return SqlState.is(SqlState.LOCK_NOT_AVAILABLE, failure)
        || SqlState.is(SqlState.DEADLOCK_DETECTED, failure);
  }

  /**
   * Takes a table's lock, for work that does not wait for other locks.
   *
   * @param attempt how long one attempt waits
   * @throws PublishFailedException naming the sessions that hold the lock
   */
  public void acquire(TableName table, TableLock lock, Duration attempt) throws SQLException {
    run(List.of(table), lock, attempt, null);
  }

  /**
   * Takes the lock of one table, or the locks of several at once, and does the work.
   *
   * @param tables the last one is the target
   * @param attempt how long one attempt waits, for all its locks together
   * @param work null for none
   * @return the work's answer
   * @throws PublishFailedException naming the sessions that hold a lock, if {@code lock_wait} is
   *     over
   */
  public long run(List<TableName> tables, TableLock lock, Duration attempt, @Nullable Work work)
      throws SQLException {
    String names = tables.stream().map(TableName::quoted).collect(Collectors.joining(", "));
    int internalErrors = 0;
    while (true) {
      long begin = System.nanoTime();
      session.lockTimeout(attempt);
      session.execute("SAVEPOINT lock_attempt");
      try {
        references.run();
        session.lockTimeout(attempt);
        Time time = new Time(attempt);
        for (String statement : firstLocks) {
          session.execute(statement);
          session.lockTimeout(time.left());
        }
        session.execute("LOCK TABLE " + names + " IN " + lock.sql() + " MODE");
        long answer = work == null ? 0 : finish(work, time);
        session.execute("RELEASE SAVEPOINT lock_attempt");
        return answer;
      } catch (SQLException e) {
        boolean internal = SqlState.is(SqlState.INTERNAL_ERROR, e);
        if (!isInTheWay(e) && !(internal && ++internalErrors <= MOST_INTERNAL_ERRORS)) {
          throw e;
        }
        rollBack(session);
        requireNobodyWaits();
        pauseAfter(System.nanoTime() - begin, attempt);
        patience.waited(System.nanoTime() - begin);
        if (patience.isOver()) {
          throw gaveUp(tables, lock, e);
        }
      }
    }
  }

  /** Pauses as long as the work held others up, or longer, before the next attempt. */
  private static void pauseAfter(long nanos, Duration attempt) {
    Duration worked = Duration.ofNanos(nanos).minus(attempt);
    Retry.every(worked.compareTo(PAUSE) > 0 ? worked : PAUSE).pause(1);
  }

  /** Readers wait already, so the waits of the work count for this attempt. */
  private long finish(Work work, Time time) throws SQLException {
    session.lockTimeout(time.left());
    return work.run(time);
  }

  private PublishFailedException gaveUp(
      List<TableName> tables, TableLock lock, SQLException failure) throws SQLException {
    List<String> holders = LockHolders.of(session, tables, lock);
    return new PublishFailedException(
        "no lock on "
            + tables.get(tables.size() - 1)
            + " after "
            + told(patience.all())
            + " of trying; the table is untouched\n  "
            + (holders.isEmpty()
                ? "its holder has just released it"
                : String.join("\n  ", holders.stream().map(Printable::of).toList()))
            + "\n  run the same run id again when it is done: it publishes once",
        Remedy.RETRY,
        SqlState.of(failure),
        ServerReason.scrubbed(failure));
  }

  private static String told(Duration wait) {
    return wait.toSeconds() >= 120 ? wait.toMinutes() + " min" : wait.toMillis() / 1000.0 + " s";
  }
}
