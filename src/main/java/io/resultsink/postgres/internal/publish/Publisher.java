package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.PublishOutcomeUnknownException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.ServerProcess;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that publishes until the outcome is known. After a conflict or a lost session it tries
 * again; after a lost COMMIT the ledger decides.
 */
public final class Publisher {

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** The time for which a server that is away is waited for. */
  private static final Duration RECONNECT = Duration.ofMinutes(1);

  private static final Retry PAUSES =
      Retry.always(Duration.ofMillis(150), Duration.ofMillis(3_500));

  /**
   * A publish whose outcome is known.
   *
   * @param table the target's resolved name
   */
  public record Published(TableName table, ResultSummary summary) {}

  private final PostgresConnections connections;
  private final RunPlan plan;
  private final Duration reconnect;
  private final Patience patience;

  public Publisher(PostgresConnections connections, RunPlan plan) {
    this(connections, plan, RECONNECT);
  }

  public Publisher(PostgresConnections connections, RunPlan plan, Duration reconnect) {
    this.connections = connections;
    this.plan = plan;
    this.reconnect = reconnect;
    this.patience = new Patience(plan.target().lockWait());
  }

  /** Publishes a part; the summary is of this publish, or of the one that was before. */
  public Published publish(Part part) {
    StagingTable.Opened opened = StagingTable.open(connections, plan);
    return new Published(
        opened.target(),
        opened.published() == null
            ? publish(part, Objects.requireNonNull(opened.staging()))
            : opened.published().toBuilder().alreadyPublished(true).build());
  }

  private ResultSummary publish(Part part, StagingTable staging) {
    ReportedRows rows = new ReportedRows(staging, part);
    new ResultRules(connections, plan.target(), staging, rows).check();
    PublishState state = PublishState.first(System.nanoTime(), reconnect);
    while (true) {
      try {
        return attempt(staging, rows, state);
      } catch (AttemptFailed failed) {
        long now = System.nanoTime();
        state = state.after(failed, now, reconnect);
        switch (state.verdict(failed, !patience.isOver(), now)) {
          case RETRY -> LOG.warn("Publishing {} failed, trying again: {}", plan, told(failed));
          case FAIL -> throw explained(failed, staging, rows);
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

  private RuntimeException explained(
      AttemptFailed failed, StagingTable staging, ReportedRows rows) {
    Throwable cause = failed.cause();
    return cause instanceof SQLException sql
        ? new PublishDiagnosis(connections, plan, staging, rows).explain(sql)
        : cause instanceof Conflict conflict
            ? conflict.given(staging.target())
            : (RuntimeException) cause;
  }

  private void pauseAfter(PublishState state) {
    try {
      PAUSES.pause(state.attempts());
    } catch (StagingFailedException e) {
      throw state.inDoubt() ? unknown("the work was interrupted", e) : e;
    }
  }

  private ResultSummary attempt(StagingTable staging, ReportedRows rows, PublishState state)
      throws AttemptFailed {
    try (SessionPair sessions = connections.borrowPair()) {
      endLostSession(state.lost(), sessions.second());
      FaultPoint.PUBLISHING.reached();
      PublishTimes times = new PublishTimes();
      ReportedRows ready = ready(staging, rows, sessions);
      PublishTransaction transaction =
          new PublishTransaction(plan, staging, ready, sessions, times, patience);
      ResultSummary summary = Attempt.run(sessions.first(), transaction::run);
      // After a lost COMMIT, the publish that the ledger has is this one.
      return state.inDoubt() ? summary.toBuilder().alreadyPublished(false).build() : summary;
    } catch (SQLException | DatabaseUnavailableException e) {
      throw new AttemptFailed(e, Progress.NOT_REACHED, null);
    }
  }

  /**
   * Returns the rows, sealed and frozen if the mode profits from that and no other session prevents
   * it.
   */
  private ReportedRows ready(StagingTable staging, ReportedRows rows, SessionPair sessions)
      throws AttemptFailed {
    if (!StagingSealer.isUseful(plan, staging, rows)) {
      return rows;
    }
    return Attempt.run(
        sessions.first(),
        attempt -> new StagingSealer(plan, staging).seal(rows, sessions, attempt));
  }

  /**
   * The lost session's transaction may still be running, so the ledger would be asked too early.
   */
  private static void endLostSession(@Nullable ServerProcess lost, Session session)
      throws SQLException {
    if (lost != null) {
      session.begin(Duration.ofSeconds(10), "end a lost session");
      lost.terminate(session);
      session.commit();
    }
  }

  private ResultSinkException unknown(String why, Throwable cause) {
    return new PublishOutcomeUnknownException(
        "the connection was lost during COMMIT of "
            + plan
            + " and "
            + why
            + ": the table is old or new, and complete; run the same run id again when the server"
            + " can be reached: it publishes once",
        SqlState.of(cause),
        cause instanceof SQLException sql ? ServerReason.scrubbed(sql) : cause);
  }
}
