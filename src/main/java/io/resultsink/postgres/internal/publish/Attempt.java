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
 * One attempt at a transaction that has a table's turn, as sealing and publishing have: of two
 * publishers of a run, neither ends the other's session.
 *
 * <p>The only place that notes how far a publish is. {@link #run} ends in an answer or in an {@link
 * AttemptFailed} that says it.
 */
final class Attempt {

  /** Publishes into one table queue up; each may take this long before the next gives up. */
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
   * Begins a transaction and does the work in it once the table's turn is ours. Waits outside of a
   * transaction: behind a pooler a waiting one would keep a session that those before it need.
   *
   * @param first what comes before the turn in each transaction; its answer, when there is one, is
   *     the whole answer
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

  /** Notes a point that is reached; one that was reached before stays so. */
  void reached(Progress point) {
    if (point.compareTo(progress) > 0) {
      progress = point;
    }
  }

  /** The loss of another session is not this one's, which a pooler may give to others now. */
  private AttemptFailed failed(Exception cause) {
    boolean lost = cause instanceof SQLException && SqlState.isSessionLost(cause);
    boolean atWork = lost && (progress == Progress.COMMIT_SENT || !session.tryRollback());
    return new AttemptFailed(cause, progress, atWork ? process : null);
  }
}
