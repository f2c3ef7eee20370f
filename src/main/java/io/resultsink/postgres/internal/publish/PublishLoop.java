package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.PublishOutcomeUnknownException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.ServerProcess;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts at a transaction that publishes, until the outcome is known. After a conflict or a lost
 * session it tries again. After a lost COMMIT the ledger decides.
 */
final class PublishLoop {

  private static final Logger LOG = LoggerFactory.getLogger(PublishLoop.class);

  private static final Retry PAUSES =
      Retry.always(Duration.ofMillis(150), Duration.ofMillis(3_500));

  private final String what;
  private final Duration reconnect;
  private final Patience patience;

  /**
   * Attempts at something.
   *
   * @param what the work, its table and its run, as messages name them
   * @param reconnect how long a server that has gone away may stay away
   */
  PublishLoop(String what, Duration reconnect, Patience patience) {
    this.what = what;
    this.reconnect = reconnect;
    this.patience = patience;
  }

  /** One attempt. */
  @FunctionalInterface
  interface Try {
    ResultSummary in(PublishState state) throws AttemptFailed;
  }

  /** A failure in the words of what was tried. */
  @FunctionalInterface
  interface Explanation {
    RuntimeException of(Throwable cause);
  }

  /** Makes attempts; the summary of the one that succeeded. */
  ResultSummary run(Try attempt, Explanation explanation) {
    PublishState state = PublishState.first(System.nanoTime(), reconnect);
    while (true) {
      try {
        ResultSummary summary = attempt.in(state);
        // After a lost COMMIT, the publish that the ledger has is this one.
        return state.inDoubt() ? summary.toBuilder().alreadyPublished(false).build() : summary;
      } catch (AttemptFailed failed) {
        long now = System.nanoTime();
        state = state.after(failed, now, reconnect);
        switch (state.verdict(failed, !patience.isOver(), now)) {
          case RETRY -> LOG.warn("{} failed, trying again: {}", what, told(failed));
          case FAIL -> throw explanation.of(failed.cause());
          case UNKNOWN -> throw unknown("the ledger could not be asked about it", failed.cause());
        }
      }
      pauseAfter(state);
    }
  }

  private static String told(AttemptFailed failed) {
    return failed.cause() instanceof SQLException sql
        ? ServerReason.of(sql)
        : String.valueOf(failed.cause().getMessage());
  }

  private void pauseAfter(PublishState state) {
    try {
      PAUSES.pause(state.attempts());
    } catch (StagingFailedException e) {
      throw state.inDoubt() ? unknown("the work was interrupted", e) : e;
    }
  }

  /** The lost session's transaction may still run, so the ledger would be asked too early. */
  static void endLostSession(@Nullable ServerProcess lost, Session session) throws SQLException {
    if (lost != null) {
      session.begin(Duration.ofSeconds(10), "end a lost session");
      lost.terminate(session);
      session.commit();
    }
  }

  private ResultSinkException unknown(String why, Throwable cause) {
    return new PublishOutcomeUnknownException(
        "the connection was lost during COMMIT of "
            + what
            + " and "
            + why
            + ": the table is old or new, and complete; run the same run id again when the server"
            + " can be reached: it publishes once",
        SqlState.of(cause),
        cause instanceof SQLException sql ? ServerReason.scrubbed(sql) : cause);
  }
}
