package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.part.PartFailedException;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.ServerProcess;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a publish between two attempts. It never changes: each failed attempt leads to the
 * next one.
 *
 * @param attempts how many attempts failed
 * @param reached how many of these reached the server and lost it
 * @param inDoubt whether a COMMIT was sent whose outcome is not known yet
 * @param lost the server process of a lost session, which may still be at work
 * @param deadline until when a server that is away is waited for, in terms of System.nanoTime()
 */
record PublishState(
    int attempts, int reached, boolean inDoubt, @Nullable ServerProcess lost, long deadline) {

  /** A conflict that is still there after this many attempts is not a coincidence. */
  static final int ATTEMPTS = 10;

  /** The decision after a failed attempt. */
  enum Verdict {
    /** Another attempt may succeed. */
    RETRY,
    /** The publish has failed, and the table is untouched. */
    FAIL,
    /** A COMMIT was sent, and its outcome cannot be found out now. */
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
    // The time that the attempt worked does not count: the server is away only since now.
    return new PublishState(
        attempts + 1,
        reached + (wasThere ? 1 : 0),
        isInDoubtAfter(failed),
        failed.progress() == Progress.NOT_REACHED ? lost : failed.process(),
        wasThere ? now + reconnect.toNanos() : deadline);
  }

  /** The attempt could claim the row, which proves that no earlier COMMIT succeeded. */
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
   *   <li>a lost session: another attempt, until the server has been away for too long
   *   <li>a conflict or a race with another session: another attempt, unless lock_wait is over
   *   <li>anything else: no other attempt
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

  /**
   * Returns whether another session has created the target, or a table of the new table's name,
   * since the preflight.
   */
  private static boolean isRace(SQLException failure) {
    return !(failure instanceof PartFailedException)
        && (SqlState.is(SqlState.DUPLICATE_TABLE, failure)
            || SqlState.is(SqlState.UNDEFINED_TABLE, failure)
            || (SqlState.is(SqlState.UNIQUE_VIOLATION, failure)
                && PublishDiagnosis.isOfCatalog(failure)));
  }
}
