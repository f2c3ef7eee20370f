package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.session.ServerProcess;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a sealing or publishing transaction, which holds the target's advisory lock. So
 * of two publishers of one run, neither ends the other's session.
 *
 * <p>Only this class notes how far a publish has come. {@link #run} returns an answer or throws an
 * {@link AttemptFailed} that says how far.
 */
final class Attempt {

  /** Publishes into one table take turns. One that waits gives up after this time. */
  private static final Duration OTHER_PUBLISHES = Duration.ofHours(1);

  private final Session session;
  private Progress progress = Progress.NOT_REACHED;
  private @Nullable ServerProcess process;

  private Attempt(Session session) {
    this.session = session;
  }

  /** The work of an attempt. */
  @FunctionalInterface
  interface Work<T> {
    T in(Attempt attempt) throws SQLException;
  }

  /** A step of a transaction. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws SQLException;
  }

  /**
   * Makes an attempt.
   *
   * @throws AttemptFailed for every failure of it
   */
  static <T> T run(Session session, Work<T> work) throws AttemptFailed {
    Attempt attempt = new Attempt(session);
    try {
      return work.in(attempt);
    } catch (SQLException | RuntimeException e) {
      throw attempt.failed(e);
    }
  }

  /**
   * Begins a transaction, takes the target's advisory lock, and does the work. While another
   * publisher holds the lock, this one rolls back and waits without a transaction. Otherwise it
   * would occupy a pooler's session that the other publisher may need.
   *
   * @param first the step before the lock, in each transaction; if it gives an answer, that is the
   *     whole answer
   * @param beside the tables whose turns are taken, too
   */
  <T> T inTurn(
      TableName table,
      String activity,
      Step<Optional<T>> first,
      Step<List<TableName>> beside,
      Step<T> work)
      throws SQLException {
    AdvisoryLock.Turn turn = new AdvisoryLock.Turn(lock(table), OTHER_PUBLISHES);
    while (true) {
      session.begin(OTHER_PUBLISHES, activity + " " + table);
      process = ServerProcess.of(session);
      reached(Progress.BEGUN);
      Optional<T> answer = first.run();
      if (answer.isEmpty()
          && turn.tryAcquire(session, beside.run().stream().map(Attempt::lock).toList())) {
        answer = Optional.of(work.run());
      }
      if (answer.isPresent()) {
        process = null;
        return answer.get();
      }
      session.rollback();
      process = null;
      turn.pause();
    }
  }

  private static String lock(TableName table) {
    return "target " + table;
  }

  /** Notes that a point is reached; a later point is never replaced by an earlier one. */
  void reached(Progress point) {
    if (point.compareTo(progress) > 0) {
      progress = point;
    }
  }

  /**
   * Returns the failure, with the process only if this session is lost. Otherwise a pooler may have
   * given the process to another client.
   */
  private AttemptFailed failed(Exception cause) {
    boolean lost = cause instanceof SQLException && SqlState.isSessionLost(cause);
    boolean atWork = lost && (progress == Progress.COMMIT_SENT || !session.tryRollback());
    return new AttemptFailed(cause, progress, atWork ? process : null);
  }
}
