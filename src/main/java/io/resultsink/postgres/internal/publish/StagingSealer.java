package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.StagingDurability;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.staging.SealedTable;
import io.resultsink.postgres.internal.staging.StagingTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sealer of a replace's staging table, so that this table can become the new table. Nobody can
 * add a row to a sealed table, and its rows are frozen, so that snapshots older than the publish
 * see them.
 *
 * <p>Sealing is an optimization. If another session reads the table or holds an old snapshot, the
 * publish copies the rows instead.
 */
final class StagingSealer {

  private static final Logger LOG = LoggerFactory.getLogger(StagingSealer.class);

  /** Freezing reads and writes the table once; any disk is faster than this. */
  private static final long SLOWEST_BYTES_A_SECOND = 5 << 20; // 5 MiB

  private static final Duration SHORTEST_LIMIT = Duration.ofSeconds(30);

  private final RunPlan plan;
  private final StagingTable staging;
  private final TableName table;

  StagingSealer(RunPlan plan, StagingTable staging) {
    this.plan = plan;
    this.staging = staging;
    this.table = staging.target().table();
  }

  /** Returns whether the staging table of these rows could become the new table. */
  static boolean isUseful(RunPlan plan, StagingTable staging, ReportedRows rows) {
    return ModePlan.of(plan.target()).newTable()
        && plan.target().staging() == StagingDurability.LOGGED
        && staging.columns().stagedAsIs()
        && rows.part().rows() > 0;
  }

  /**
   * Seals the reported chunks, in a transaction of its own, and freezes them.
   *
   * @return the rows where they are now; as they were when the table cannot be had at once, or when
   *     the part is published
   */
  ReportedRows seal(ReportedRows rows, SessionPair sessions, Attempt attempt) throws SQLException {
    ReportedRows sealed =
        attempt.inTurn(
            table,
            "seal rows for",
            Optional::empty,
            List::of,
            () -> sealed(rows, sessions.first()));
    return sealed.areSealed() ? freeze(sealed, sessions.second()) : sealed;
  }

  private ReportedRows sealed(ReportedRows rows, Session session) throws SQLException {
    Ledger ledger = Ledger.in(staging.target().stagingSchema());
    if (ledger.find(session, rows.part().id(), table).isPresent()) {
      session.rollback();
      return rows;
    }
    Optional<SealedTable> before = SealedTable.find(session, staging, rows.part());
    if (before.isPresent()) {
      session.commit();
      return rows.in(before.get());
    }
    try {
      if (!canStay(session)) {
        session.rollback();
        return rows;
      }
      rows.lock(session);
    } catch (SQLException e) {
      if (!SqlState.is(SqlState.UNDEFINED_TABLE, e)) {
        throw e;
      }
      session.rollback(); // the publish reports this failure
      return rows;
    }
    rows.requireOurs(session);
    FaultPoint.SEALING.reached();
    ReportedRows sealed;
    if (!rows.verify(session)) {
      SealedTable copy = SealedTable.byCopy(session, staging, rows.part(), rows.selectAsStaged());
      sealed = rows.in(copy);
      sealed.verify(session);
    } else if (areFree(session)) {
      sealed = rows.in(SealedTable.byName(session, staging, rows.part()));
    } else {
      session.rollback();
      LOG.info("{} is being read; its rows will be copied", staging.name());
      return rows;
    }
    // Before ANALYZE, because a change of collation would discard its statistics.
    String[] settings = CarriedProperties.read(parts(session)).makingSettings(sealed.name());
    if (settings.length > 0) {
      session.define(settings);
    }
    session.commit();
    FaultPoint.SEALED.reached();
    return sealed;
  }

  private TableParts parts(Session session) throws SQLException {
    return RowsToTable.parts(session, plan.target(), staging);
  }

  /** Returns whether the sealed table can get the target's definition. */
  private boolean canStay(Session session) throws SQLException {
    return !plan.target().keepsDefinition()
        || ExistingTable.find(session, table).isEmpty()
        || parts(session).rowsCanStay(staging.columnNames());
  }

  /**
   * Returns whether no session uses the two tables: the one to be renamed and the one to be
   * dropped.
   */
  private boolean areFree(Session session) throws SQLException {
    return LockAttempts.canLockNow(session, staging.tokens())
        && LockAttempts.canLockNow(session, staging.name());
  }

  /**
   * Freezes and analyzes sealed rows, as far as others' snapshots permit.
   *
   * @return the rows; the publish checks whether all of them are frozen
   */
  private static ReportedRows freeze(ReportedRows sealed, Session session) throws SQLException {
    Duration limit =
        SHORTEST_LIMIT.plus(Duration.ofSeconds(sealed.part().bytes() / SLOWEST_BYTES_A_SECOND));
    ReportedRows rows = sealed;
    try {
      Vacuum.freeze(session, sealed.name(), limit);
      rows = sealed.vacuumed();
    } catch (SQLException e) {
      LOG.info("The rows of {} will be copied: {}", sealed.name(), ServerReason.of(e));
    }
    FaultPoint.FROZEN.reached();
    return rows;
  }
}
