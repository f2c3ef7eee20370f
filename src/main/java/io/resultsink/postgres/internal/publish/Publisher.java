package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

/** Publishes the staged rows of a run. */
public final class Publisher {

  /** The time for which a server that is away is waited for. */
  static final Duration RECONNECT = Duration.ofMinutes(1);

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
    return new PublishLoop(plan.toString(), reconnect, patience)
        .run(outlook -> attempt(staging, rows, outlook), cause -> explained(cause, staging, rows));
  }

  private RuntimeException explained(Throwable cause, StagingTable staging, ReportedRows rows) {
    return cause instanceof SQLException sql
        ? new PublishDiagnosis(connections, plan, staging, rows).explain(sql)
        : cause instanceof Conflict conflict
            ? conflict.given(staging.target())
            : (RuntimeException) cause;
  }

  private ResultSummary attempt(StagingTable staging, ReportedRows rows, PublishState outlook)
      throws AttemptFailed {
    try (SessionPair sessions = connections.borrowPair()) {
      PublishLoop.endLostSession(outlook.lost(), sessions.second());
      FaultPoint.PUBLISHING.reached();
      PublishTimes times = new PublishTimes();
      ReportedRows ready = ready(staging, rows, sessions);
      PublishTransaction transaction =
          new PublishTransaction(plan, staging, ready, sessions, times, patience);
      return Attempt.run(sessions.first(), transaction::run);
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
}
