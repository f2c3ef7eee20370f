package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ForeignParts;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.preflight.Preflight;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The publishing transaction: from staging table to target. Its order is the same for every mode,
 * so that two publishes cannot deadlock.
 */
final class PublishTransaction {

  private final RunPlan plan;
  private final PostgresTarget target;
  private final StagingTable staging;
  private final ReportedRows rows;
  private final Session session;
  private final SessionPair sessions;
  private final Ledger ledger;
  private final TableName table;
  private final PublishTimes times;
  private final Patience patience;

  PublishTransaction(
      RunPlan plan,
      StagingTable staging,
      ReportedRows rows,
      SessionPair sessions,
      PublishTimes times,
      Patience patience) {
    this.plan = plan;
    this.target = plan.target();
    this.staging = staging;
    this.rows = rows;
    this.session = sessions.first();
    this.sessions = sessions;
    this.times = times;
    this.patience = patience;
    this.ledger = Ledger.in(staging.target().stagingSchema());
    this.table = staging.target().table();
  }

  /** Publishes, or finds that the part is published. */
  ResultSummary run(Attempt attempt) throws SQLException {
    return attempt.inTurn(
        table, "publish", () -> published(attempt), this::neighbours, () -> publish(attempt));
  }

  private List<TableName> neighbours() throws SQLException {
    return target.keepsDefinition() ? ForeignKeys.neighbours(session, table) : List.of();
  }

  /**
   * Claims the part in the ledger.
   *
   * @return the earlier summary, if the part is published already
   */
  private Optional<ResultSummary> published(Attempt attempt) throws SQLException {
    if (ledger.claim(session, rows.part(), table, target.mode().option())) {
      attempt.reached(Progress.CLAIMED);
      return Optional.empty();
    }
    ResultSummary published =
        ledger
            .find(session, rows.part().id(), table)
            .orElseThrow(
                () -> new Conflict("the ledger row of " + plan + " was deleted while it was read"));
    session.rollback();
    return Optional.of(published.toBuilder().alreadyPublished(true).build());
  }

  private ResultSummary publish(Attempt attempt) throws SQLException {
    long stagingMillis =
        Duration.between(staging.createdAt(), session.serverTime()).toMillis()
            - times.elapsedMillis();
    rows.lock(session);
    rows.requireOurs(session);
    FaultPoint.STAGING_LOCKED.reached();
    // Sealed rows were counted when they were sealed, and no worker knows their name since.
    boolean alone = rows.areSealed() || rows.verify(session);

    ModePlan mode = ModePlan.of(target);
    boolean exists = holdDefinition(mode);
    Preflight.Findings findings = requireStillFitting();
    LockAttempts attempts = new LockAttempts(session, patience);
    rows.rejected().keep(session, attempts, longest(patience.left(), target.lockTimeout()));
    boolean live = mode.newTable() && alone && rows.canGoLive(session) && (!exists || fits());
    if (live && !exists) {
      session.define(
          FrozenCopy.definition(table, staging.columns())); // so that it gets default privileges
    }
    RowsToTable way = new RowsToTable(plan, staging, rows, sessions, times, patience);
    long moved = live || exists ? way.existing(mode, live, exists) : way.missing();
    requireAllMoved(moved);
    if (target.mode() == WriteMode.APPEND) { // its lock permits others to attach a partition
      ForeignParts.requireNone(session, staging.target());
    }

    ResultSummary summary = summary(!exists, stagingMillis, findings.loses());
    Instant publishedAt = ledger.record(session, rows.part().id(), summary, table);
    session.useRoleSearchPath(); // deferred triggers of the user run now
    FaultPoint.COMMITTING.reached();
    attempt.reached(Progress.COMMIT_SENT);
    session.commit();
    FaultPoint.COMMITTED.reached();
    return summary.toBuilder()
        .publishedAt(org.joda.time.Instant.ofEpochMilli(publishedAt.toEpochMilli()))
        .publishingMillis(times.publishingMillis())
        .build();
  }

  /** Returns whether the sealed table can become the new table, with the target's definition. */
  private boolean fits() throws SQLException {
    return !target.keepsDefinition()
        || TableParts.ofSameColumns(session, table).rowsCanStay(staging.columnNames());
  }

  /**
   * Locks the target's definition: from here on nobody alters it, while readers and writers go on.
   *
   * @return whether the target exists
   */
  private boolean holdDefinition(ModePlan mode) throws SQLException {
    Optional<Character> kind = ExistingTable.kindOf(session, table);
    if (kind.isEmpty() || !ExistingTable.isTable(kind.get())) {
      return kind.isPresent(); // the preflight that follows refuses a view in words
    }
    // Autovacuum gives way only to a request that waits longer than deadlock_timeout.
    new LockAttempts(session, patience)
        .acquire(table, mode.holds(), longest(patience.left(), target.lockTimeout()));
    return true;
  }

  private static Duration longest(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** The table may have been altered, or replaced, while rows were staged. */
  private Preflight.Findings requireStillFitting() throws SQLException {
    ResolvedTarget resolved = ResolvedTarget.resolve(session, target);
    Preflight.Findings now =
        Preflight.run(
                session, resolved, target, plan.schema(), Ledger.Look.HELD, Preflight.Detail.LOSSES)
            .orRefuse();
    if (!resolved.equals(staging.target()) || !staging.hasSameColumnsAs(now.columns())) {
      throw new PublishFailedException(
          "the columns of "
              + staging.target()
              + " have changed since rows were staged for it; the table is untouched; run it again",
          Remedy.RETRY,
          null,
          null);
    }
    return now;
  }

  private void requireAllMoved(long moved) {
    if (moved != rows.part().rows()) {
      throw new PublishFailedException(
          rows.part().rows()
              + " rows were staged for "
              + staging.target()
              + ", and "
              + moved
              + " were written; a trigger or a rule of the table may hold rows back; rolled back,"
              + " the table is untouched",
          Remedy.FIX_TABLE,
          null,
          null);
    }
  }

  private ResultSummary summary(boolean created, long stagingMillis, List<String> lost) {
    Part part = rows.part();
    return ResultSummary.builder()
        .runId(part.id().runId())
        .database(staging.target().database())
        .table(table.toString())
        .mode(target.mode().option())
        .rows(part.rows())
        .rejected(rows.rejected().count())
        .rejects(rows.rejected().table())
        .bytes(part.bytes())
        .chunks(part.chunks().size())
        .created(created)
        .lost(lost)
        .alreadyPublished(false)
        .publishedAt(org.joda.time.Instant.EPOCH)
        .stagingMillis(stagingMillis)
        .preparingMillis(times.preparingMillis())
        .lockMillis(times.lockMillis())
        .publishingMillis(times.publishingMillis())
        .build();
  }
}
