package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.PostgresConnections;
import io.resultsink.postgres.destination.ServerReason;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.SessionPair;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.FaultPoint;
import io.resultsink.postgres.failure.LoadFailedException;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.PublishOutcomeUnknownException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.load.Pause;
import io.resultsink.postgres.load.RunPlan;
import io.resultsink.postgres.load.StagedChunk;
import io.resultsink.postgres.load.StagingOpener;
import io.resultsink.postgres.load.StagingTable;
import io.resultsink.postgres.part.PartFailedException;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes until the outcome is known: again after a conflict or a lost session, and after a lost
 * COMMIT the ledger decides.
 */
final class Publisher {

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** How long a server that has gone away may stay away. */
  private static final Duration RECONNECT = Duration.ofMinutes(1);

  /** Conflicts that are still there after this many attempts are not bad luck. */
  private static final int ATTEMPTS = 10;

  private static final String UNREACHABLE = "the server cannot be reached";

  private static final int PAUSE_MILLIS = 100;
  private static final int LONGEST_PAUSE_MILLIS = 5_000;

  private final PostgresConnections connections;
  private final RunPlan plan;
  private final Duration reconnect;
  private final Patience patience;
  private @Nullable Backend lost;
  private boolean inDoubt;
  private boolean reached;

  Publisher(PostgresConnections connections, RunPlan plan) {
    this(connections, plan, RECONNECT);
  }

  Publisher(PostgresConnections connections, RunPlan plan, Duration reconnect) {
    this.connections = connections;
    this.plan = plan;
    this.reconnect = reconnect;
    this.patience = new Patience(plan.target().lockWait());
  }

  /** Publishes the reported chunks; the summary of this publish, or of the one that was before. */
  ResultSummary publish(List<StagedChunk> chunks) {
    StagingTable.Opened opened = StagingOpener.open(connections, plan);
    if (opened.published() != null) {
      return opened.published().toBuilder().alreadyPublished(true).build();
    }
    StagedRows rows = new StagedRows(opened.staging(), chunks);
    requireEnough(rows, opened.staging());
    long deadline = System.nanoTime() + reconnect.toNanos();
    int attemptsAtWork = 0;
    for (int attempt = 1; ; attempt++) {
      reached = false;
      try {
        return attempt(opened.staging(), rows);
      } catch (SQLException e) {
        if (reached) { // however long it has worked, it is away only since now
          attemptsAtWork++;
          deadline = System.nanoTime() + reconnect.toNanos();
        }
        boolean again =
            SqlState.isSessionLost(e)
                ? attemptsAtWork < ATTEMPTS && System.nanoTime() < deadline
                : attempt < ATTEMPTS
                    && (SqlState.isConcurrency(e) || isRace(e))
                    && !patience.isOver();
        if (!again) {
          throw inDoubt
              ? unknown(UNREACHABLE, e)
              : new PublishFailure(connections, plan, opened.staging(), rows).explain(e);
        }
        LOG.warn("Publishing {} failed, trying again: {}", plan, ServerReason.of(e));
      } catch (DatabaseUnavailableException e) {
        if (e.remedy() != Remedy.RETRY || System.nanoTime() > deadline) {
          throw inDoubt ? unknown(UNREACHABLE, e) : e;
        }
        LOG.warn("No session to publish {}, trying again", plan, e);
      }
      pauseAfter(attempt);
    }
  }

  private void pauseAfter(int attempt) {
    int pause = Math.min(PAUSE_MILLIS << Math.min(attempt, 10), LONGEST_PAUSE_MILLIS);
    try {
      Pause.millis(pause / 2 + ThreadLocalRandom.current().nextInt(pause));
    } catch (LoadFailedException e) {
      throw inDoubt ? unknown("the work was interrupted", e) : e;
    }
  }

  private ResultSummary attempt(StagingTable staging, StagedRows rows) throws SQLException {
    try (SessionPair sessions = connections.borrowPair()) {
      endLostSession(sessions.second());
      FaultPoint.PUBLISHING.reached();
      PublishTimes times = new PublishTimes();
      StagedRows ready = ready(staging, rows, sessions);
      PublishTransaction transaction =
          new PublishTransaction(plan, staging, ready, sessions, times, patience);
      try {
        ResultSummary summary = transaction.run();
        // After a lost COMMIT it was this very publish that the ledger has.
        return inDoubt ? summary.toBuilder().alreadyPublished(false).build() : summary;
      } catch (SQLException | RuntimeException e) {
        reached = transaction.hasBegun();
        if (transaction.hasClaimed()) {
          inDoubt = false; // what was in doubt before did not land: the row was free
        }
        // The other session's loss is none of this one's, which a pooler may give to others now.
        if (e instanceof SQLException
            && SqlState.isSessionLost(e)
            && (transaction.isInDoubt() || !sessions.first().isRolledBack())) {
          lost = transaction.backend();
          inDoubt |= transaction.isInDoubt();
        }
        throw e;
      }
    }
  }

  /** The rows, sealed and frozen where that is of use and nobody is in the way. */
  private StagedRows ready(StagingTable staging, StagedRows rows, SessionPair sessions)
      throws SQLException {
    if (!Seal.isUseful(plan, staging, rows)) {
      return rows;
    }
    Seal seal = new Seal(plan, staging);
    try {
      StagedRows sealed = seal.close(rows, sessions.first());
      return sealed.areSealed() ? Seal.freeze(sealed, sessions.second()) : sealed;
    } catch (SQLException | RuntimeException e) {
      reached = seal.hasBegun();
      if (e instanceof SQLException
          && SqlState.isSessionLost(e)
          && !sessions.first().isRolledBack()) {
        lost = seal.backend();
      }
      throw e;
    }
  }

  /** Its transaction may still be running, and a look at the ledger would come too early. */
  private void endLostSession(Session session) throws SQLException {
    if (lost != null) {
      session.begin(Duration.ofSeconds(10), "end a lost session");
      lost.terminate(session);
      session.commit();
      lost = null;
    }
  }

  private void requireEnough(StagedRows rows, StagingTable staging) {
    if (rows.count() < plan.target().minRows()) {
      throw new PublishFailedException(
          "the result has "
              + rows.count()
              + " rows, fewer than min_rows="
              + plan.target().minRows()
              + "; "
              + staging.target()
              + " is untouched",
          Remedy.FIX_DATA,
          null,
          null);
    }
  }

  /** Someone created the target, or its new table's name, since we looked. */
  private static boolean isRace(SQLException failure) {
    return !(failure instanceof PartFailedException)
        && (SqlState.is(SqlState.DUPLICATE_TABLE, failure)
            || SqlState.is(SqlState.UNDEFINED_TABLE, failure)
            || (SqlState.is(SqlState.UNIQUE_VIOLATION, failure)
                && PublishFailure.isOfCatalog(failure)));
  }

  private ResultSinkException unknown(String why, Exception cause) {
    return new PublishOutcomeUnknownException(
        "the connection was lost during COMMIT of "
            + plan
            + " and "
            + why
            + ": the table is old or new, and whole; run the same run id again when the server can"
            + " be reached: it publishes once",
        SqlState.of(cause),
        cause instanceof SQLException sql ? ServerReason.scrubbed(sql) : cause);
  }
}
