package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.part.PartFailedException;
import io.resultsink.postgres.internal.session.ServerProcess;
import io.resultsink.postgres.internal.session.Conflict;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a publish between two attempts. It never changes: each failed attempt leads to the
 * next one.
 *
 * @param attempts the attempts that failed
 * @param reached those of them that reached the server and lost it
 * @param inDoubt whether a COMMIT was sent whose outcome nobody knows yet
 * @param lost the server process of a lost session, which may still be at work
 * @param deadline of a server that is away, as System.nanoTime() tells it
 */
record PublishState(int attempts, int reached, boolean inDoubt, @Nullable ServerProcess lost, long deadline) {

  /** Conflicts that are still there after this many attempts are not bad luck. */
  static final int ATTEMPTS = 10;

  /** The decision after a failed attempt. */
  enum Verdict {
    /** Another attempt may succeed. */
    RETRY,
    /** The publish has failed, and the table is untouched. */
    FAIL,
    /** A COMMIT was sent, and whether it was done cannot be found out now. */
    UNKNOWN
  }

  /** The state before the first attempt. */
  static PublishState first(long now, Duration reconnect) {
    return new PublishState(0, 0, false, null, now + reconnect.toNanos());
  }

  /** Returns the state after an attempt that failed {@code now}. */
  PublishState after(AttemptFailed failed, long now, Duration reconnect) {
    boolean wasThere =
        failed.progress() != Progress.NOT_REACHED
            && !(failed.cause() instanceof DatabaseUnavailableException);
    // However long an attempt has worked, its server is away only since now.
    return new PublishState(
        attempts + 1,
        reached + (wasThere ? 1 : 0),
        isInDoubtAfter(failed),
        failed.progress() == Progress.NOT_REACHED ? lost : failed.process(),
        wasThere ? now + reconnect.toNanos() : deadline);
  }

  /** A row that was free to claim proves that no earlier COMMIT was done. */
  private boolean isInDoubtAfter(AttemptFailed failed) {
    return switch (failed.progress()) {
      case NOT_REACHED, BEGUN -> inDoubt;
      case CLAIMED -> false;
      case COMMIT_SENT -> failed.isSessionLost();
    };
  }

  /**
   * Returns what to do after the attempt that led to this state. The failure's type decides, and
   * for PostgreSQL's errors their SQLSTATE:
   *
   * <ul>
   *   <li>a lost session: another attempt until the server was away for too long,
   *   <li>a conflict with others, or a race with them: another attempt, unless lock_wait is over,
   *   <li>anything else: none.
   * </ul>
   *
   * @param patient whether lock_wait is not over
   */
  Verdict verdict(AttemptFailed failed, boolean patient, long now) {
    Throwable cause = failed.cause();
    boolean inTime = deadline - now > 0;
    boolean again;
    if (cause instanceof DatabaseUnavailableException unavailable) {
      again = unavailable.remedy() == Remedy.RETRY && inTime;
    } else if (failed.isSessionLost()) {
      again = reached < ATTEMPTS && inTime;
    } else {
      again = attempts < ATTEMPTS && patient && isConflict(cause);
    }
    return again ? Verdict.RETRY : inDoubt ? Verdict.UNKNOWN : Verdict.FAIL;
  }

  private static boolean isConflict(Throwable cause) {
    return cause instanceof Conflict
        || (cause instanceof SQLException sql && (SqlState.isConcurrency(sql) || isRace(sql)));
  }

  /** Returns whether someone created the target, or its new table's name, since we looked. */
  private static boolean isRace(SQLException failure) {
    return !(failure instanceof PartFailedException)
        && (SqlState.is(SqlState.DUPLICATE_TABLE, failure)
            || SqlState.is(SqlState.UNDEFINED_TABLE, failure)
            || (SqlState.is(SqlState.UNIQUE_VIOLATION, failure)
                && PublishDiagnosis.isOfCatalog(failure)));
  }
}
