package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.SessionPair;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.FaultPoint;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.load.AdvisoryLock;
import io.resultsink.postgres.load.ExistingTable;
import io.resultsink.postgres.load.ForeignParts;
import io.resultsink.postgres.load.Ledger;
import io.resultsink.postgres.load.Preflight;
import io.resultsink.postgres.load.ResolvedTarget;
import io.resultsink.postgres.load.RunPlan;
import io.resultsink.postgres.load.StagingTable;
import io.resultsink.postgres.part.TableParts;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Staging to target, in one transaction; the same order for every mode, so that no two can
 * deadlock.
 *
 * <p>Used once. After a failure, {@link #isInDoubt()} and {@link #backend()} say what is left to
 * find out.
 */
final class PublishTransaction {

  /** Publishes into one table queue up; each may take this long before the next gives up. */
  static final Duration OTHER_PUBLISHES = Duration.ofHours(1);

  private final RunPlan plan;
  private final PostgresTarget target;
  private final StagingTable staging;
  private final StagedRows rows;
  private final Session session;
  private final SessionPair sessions;
  private final Ledger ledger;
  private final TableName table;
  private final PublishTimes times;
  private final Patience patience;
  private @Nullable Backend backend;
  private long stagingMillis;
  private boolean begun;
  private boolean claimed;
  private boolean commitSent;

  PublishTransaction(
      RunPlan plan,
      StagingTable staging,
      StagedRows rows,
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

  /** Publishes, or finds that the run is published. */
  ResultSummary run() throws SQLException {
    if (!claimTurn()) {
      return alreadyPublished();
    }
    rows.lock(session);
    rows.requireOurs(session);
    FaultPoint.STAGING_LOCKED.reached();
    // Sealed rows were counted as they were sealed; since then no worker knows their name.
    boolean alone = rows.areSealed() || rows.verify(session);

    PublishScript script = PublishScript.of(target);
    Optional<ExistingTable> existing = holdDefinition(script);
    Preflight.Findings findings = requireStillFitting();
    boolean live = script.newTable() && alone && rows.canGoLive(session) && fits(existing);
    if (live && existing.isEmpty()) {
      session.define(FrozenCopy.definition(table, staging.columns())); // gets what new tables get
    }
    RowsToTable way = new RowsToTable(plan, staging, rows, sessions, times, patience);
    long moved = live || existing.isPresent() ? way.existing(script, live) : way.missing();
    requireAllMoved(moved);
    ForeignParts.requireNone(session, staging.target()); // one may have come since the look above

    ResultSummary summary = summary(existing.isEmpty(), findings.loses());
    Instant publishedAt = ledger.record(session, summary, table);
    session.useRoleSearchPath(); // the user's triggers that wait for the commit
    FaultPoint.COMMITTING.reached();
    commitSent = true;
    session.commit();
    FaultPoint.COMMITTED.reached();
    return summary.toBuilder()
        .publishedAt(org.joda.time.Instant.ofEpochMilli(publishedAt.toEpochMilli()))
        .publishingMillis(times.publishingMillis())
        .build();
  }

  /**
   * Claims the run, and the table against other publishes. Whoever has to wait does so outside of a
   * transaction: behind a pooler it would keep a session that those before it need.
   *
   * @return false when the run is published already
   */
  private boolean claimTurn() throws SQLException {
    AdvisoryLock.Turn turn = turnOf(table);
    while (true) {
      session.begin(OTHER_PUBLISHES, "publish " + table);
      backend = Backend.of(session);
      if (!begun) {
        stagingMillis =
            Duration.between(staging.createdAt(), session.serverTime()).toMillis()
                - times.elapsedMillis();
        begun = true;
      }
      if (!ledger.claim(session, plan.run(), table, target.mode().option())) {
        return false;
      }
      claimed = true;
      if (turn.isOurs(session)) {
        return true;
      }
      session.rollback();
      backend = null;
      turn.pause();
    }
  }

  /** The place in the queue of those who publish into a table. */
  static AdvisoryLock.Turn turnOf(TableName table) {
    return new AdvisoryLock.Turn("target " + table, OTHER_PUBLISHES);
  }

  /** Whether COMMIT was sent, so that only the ledger knows its outcome. */
  boolean isInDoubt() {
    return commitSent;
  }

  /** Whether no earlier transaction of this run had committed: the ledger row was ours to write. */
  boolean hasClaimed() {
    return claimed;
  }

  /** Whether the server was there. */
  boolean hasBegun() {
    return begun;
  }

  /** The server process that may still be at work, null before the transaction began. */
  @Nullable Backend backend() {
    return backend;
  }

  private ResultSummary alreadyPublished() throws SQLException {
    ResultSummary published =
        ledger
            .find(session, plan.run().runId(), table)
            .orElseThrow(() -> new SQLException("the ledger row has vanished", "40001"));
    session.rollback();
    return published.toBuilder().alreadyPublished(true).build();
  }

  /** Whether the rows' own table can become one that has this one's definition. */
  private boolean fits(Optional<ExistingTable> existing) throws SQLException {
    return existing.isEmpty()
        || !target.keepsDefinition()
        || TableParts.ofSameColumns(session, table).rowsCanStay(staging.columnNames());
  }

  /** Nobody alters the table from here on; its readers and writers go on. */
  private Optional<ExistingTable> holdDefinition(PublishScript script) throws SQLException {
    Optional<ExistingTable> existing = ExistingTable.find(session, table);
    if (existing.isEmpty() || !existing.get().isTable()) {
      return existing; // a view is refused in words by the preflight that follows
    }
    // Autovacuum gives way, but only to a request that waits longer than deadlock_timeout.
    new LockAttempts(session, patience)
        .acquire(table, script.holds(), longest(patience.left(), target.lockTimeout()));
    return existing;
  }

  private static Duration longest(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** The table may have been altered, or replaced, while rows were staged. */
  private Preflight.Findings requireStillFitting() throws SQLException {
    ResolvedTarget resolved = ResolvedTarget.resolve(session, target);
    Preflight.Findings now = Preflight.run(session, target, plan.schema()).orRefuse();
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
    if (moved != rows.count()) {
      throw new PublishFailedException(
          rows.count()
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

  private ResultSummary summary(boolean created, List<String> lost) {
    return ResultSummary.builder()
        .runId(plan.run().runId())
        .database(staging.target().database())
        .table(table.toString())
        .mode(target.mode().option())
        .rows(rows.count())
        .bytes(rows.bytes())
        .chunks(rows.chunks())
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
