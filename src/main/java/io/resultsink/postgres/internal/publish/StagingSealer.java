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
 * Makes the staging table of a replace ready to go live itself: nobody can add a row to it, and its
 * rows are frozen, so that snapshots older than the publish see them.
 *
 * <p>None of it is needed for the publish to be right. What cannot be done at once, because others
 * read the table or hold old snapshots, is left, and the publish copies the rows instead.
 */
final class StagingSealer {

  private static final Logger LOG = LoggerFactory.getLogger(StagingSealer.class);

  /** Freezing is reading and writing the table once; a disk does more in a second. */
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

  /** Returns whether these rows could go live where they are staged. */
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
      session.rollback(); // the publish will say what that means
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
    // Before it is analyzed, which another collation would undo.
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

  /** Returns whether a table that keeps its definition can be made of the one the rows are in. */
  private boolean canStay(Session session) throws SQLException {
    return !plan.target().keepsDefinition()
        || ExistingTable.find(session, table).isEmpty()
        || parts(session).rowsCanStay(staging.columnNames());
  }

  /**
   * Returns whether both tables, of which one gets another name and the other goes, are used by
   * nobody.
   */
  private boolean areFree(Session session) throws SQLException {
    return LockAttempts.canLockNow(session, staging.tokens())
        && LockAttempts.canLockNow(session, staging.name());
  }

  /**
   * Freezes sealed rows, as far as others' snapshots permit, and collects what the planner wants to
   * know of them.
   *
   * @return the rows; ready to go live if their table's transaction ids will say so
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
