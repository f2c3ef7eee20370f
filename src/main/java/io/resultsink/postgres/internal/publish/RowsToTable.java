package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.KeyColumns;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.ledger.Undos;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.lock.TableLock;
import io.resultsink.postgres.internal.own.VersionComment;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.part.TableProof;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.internal.staging.StagingTable;
import io.resultsink.postgres.internal.url.Identifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of a publish that moves the rows: it prepares a new table, takes the mode's lock, and
 * writes.
 */
final class RowsToTable {

  private final PostgresTarget target;
  private final String runId;
  private final StagingTable staging;
  private final ReportedRows rows;
  private final SessionPair sessions;
  private final Session session;
  private final TableName table;
  private final PublishTimes times;
  private final Patience patience;

  RowsToTable(
      RunPlan plan,
      StagingTable staging,
      ReportedRows rows,
      SessionPair sessions,
      PublishTimes times,
      Patience patience) {
    this.target = plan.target();
    this.runId = plan.run().runId();
    this.staging = staging;
    this.rows = rows;
    this.sessions = sessions;
    this.session = sessions.first();
    this.table = staging.target().table();
    this.times = times;
    this.patience = patience;
  }

  /**
   * Moves the rows into a target that exists.
   *
   * @param live whether the rows' own table takes its place
   * @param existed false when this publish has created it, so that it is no version
   * @return the number of rows
   */
  long existing(ModePlan mode, boolean live, boolean existed) throws SQLException {
    NewTable fresh = mode.newTable() ? fresh(live) : null;
    KeptTable.@Nullable Leaving leaving = fresh != null && existed ? keepingVersion() : null;
    times.prepared();
    if (fresh != null) {
      return swapping(mode, fresh, live, leaving);
    }
    return mode.readersWait() ? refilling(mode) : keeping(mode);
  }

  private MoveRows.Scene scene(
      @Nullable NewTable fresh,
      List<TableParts.Making> references,
      LockAttempts.Time time,
      KeptTable.@Nullable Leaving leaving) {
    return new MoveRows.Scene(
        sessions, rows, table, staging.columns(), key(), fresh, references, time, leaving);
  }

  /** The old table stays as a version; null when none is kept. */
  private KeptTable.@Nullable Leaving keepingVersion() throws SQLException {
    if (!target.keepsVersions()) {
      return null;
    }
    VersionComment.Origin origin =
        new Undos(Ledger.in(staging.target().stagingSchema()), table)
            .live(session, runId)
            .map(run -> new VersionComment.Origin(run.runId(), run.mode(), run.at()))
            .orElse(null);
    Versions versions = new Versions(session, staging.target());
    return aside -> versions.keep(aside, origin, target.undo());
  }

  /** Readers wait from TRUNCATE to the commit, so that all of it is part of one attempt. */
  private long refilling(ModePlan mode) throws SQLException {
    return new LockAttempts(session, patience)
        .run(
            List.of(table),
            Objects.requireNonNull(mode.publishes()),
            target.lockTimeout(),
            time -> {
              locked();
              return mode.work().move(scene(null, List.of(), time, null));
            });
  }

  /** Every wait for a lock is brief, because readers wait for us meanwhile. */
  private long swapping(
      ModePlan mode, NewTable fresh, boolean live, KeptTable.@Nullable Leaving leaving)
      throws SQLException {
    // Held only together with the target's lock, because a backup that waits for this table may
    // hold the target's lock.
    boolean both = live && !target.keepsDefinition();
    List<TableName> tables = both ? List.of(rows.name(), table) : List.of(table);
    LockAttempts attempts = new LockAttempts(session, patience);
    KeptTable kept = fresh.keeping() == null ? null : fresh.keeping().table();
    List<TableParts.Making> references = kept == null ? List.of() : kept.references(fresh.name());
    boolean quick = kept == null || ForeignKeys.areQuick(session, table, fresh.name());
    if (kept != null) {
      attempts.begin(
          () -> {
            ForeignKeys.holdNeighbours(session, table, target.lockTimeout());
            if (!quick) {
              kept.make(references, fresh.name());
            }
          },
          kept.firstLocks());
    }
    if (live && !both) {
      attempts.giveWayAt(fresh.name());
    }
    return attempts.run(
        tables,
        Objects.requireNonNull(mode.publishes()),
        quick ? target.lockTimeout() : ForeignKeys.shortened(target.lockTimeout()),
        time -> {
          locked();
          return mode.work().move(scene(fresh, quick ? references : List.of(), time, leaving));
        });
  }

  /** Readers go on while this waits for rows that others have locked, so it may wait long. */
  private long keeping(ModePlan mode) throws SQLException {
    TableLock lock = mode.publishes();
    if (lock != null) {
      new LockAttempts(session, patience).acquire(table, lock, target.lockTimeout());
    }
    locked();
    session.lockTimeout(patience.left());
    try {
      return mode.work().move(scene(null, List.of(), new LockAttempts.Time(patience.left()), null));
    } catch (SQLException e) {
      if (SqlState.is(SqlState.LOCK_NOT_AVAILABLE, e)) {
        patience.end();
      }
      throw e;
    }
  }

  private void locked() throws SQLException {
    times.locked();
    FaultPoint.TARGET_LOCKED.reached();
  }

  /** Returns the parts of the target for the new table's columns. */
  static TableParts parts(Session session, PostgresTarget target, StagingTable staging)
      throws SQLException {
    TableName table = staging.target().table();
    return target.keepsDefinition() && ExistingTable.find(session, table).isPresent()
        ? TableParts.ofSameColumns(session, table)
        : new TableParts(
            session,
            table,
            staging.columns().columns().stream()
                .map(column -> new TableParts.NewColumn(column.name(), column.type()))
                .toList());
  }

  private NewTable fresh(boolean live) throws SQLException {
    if (target.keepsDefinition()) {
      return live ? keepingInPlace() : keepingByCopy();
    }
    TableParts parts = parts(session, target, staging);
    if (live) {
      CarriedProperties has = CarriedProperties.read(parts.on(rows.name()));
      return new NewTable(rows.name(), rows.part().rows(), parts, has, staging, null);
    }
    CarriedProperties carried = CarriedProperties.read(parts);
    // The name is random, so that no other role can take it first.
    String fresh = "result_sink_new_" + UUID.randomUUID().toString().replace("-", "");
    TableName name = new TableName(table.schema(), fresh);
    long copied =
        FrozenCopy.create(sessions, name, staging.columns(), rows, likeOld(carried, name));
    carried.applyRights(session, name);
    return new NewTable(name, copied, parts, carried, null, null);
  }

  /**
   * Gives the sealed table the old table's definition. Its readers, such as a backup, go on while
   * indexes are built; steps that exclude readers come last.
   */
  private NewTable keepingInPlace() throws SQLException {
    KeptTable kept = KeptTable.of(session, table);
    TableProof proof = kept.proof();
    TableParts.Asked properties = CarriedProperties.prepare(kept.parts());
    CarriedProperties now = CarriedProperties.read(properties);
    CarriedProperties has = CarriedProperties.read(kept.parts().on(rows.name()));
    session.lockTimeout(target.lockTimeout());
    if (!now.hasSettingsOf(has)) {
      session.define(now.makingSettings(rows.name()));
    }
    kept.index(rows.name());
    TableName name = staging.release(session, rows.name());
    kept.shape(name);
    kept.constrain(name);
    kept.analyzeExpressions(name);
    kept.prepareSwap(name);
    FaultPoint.INDEXED.reached();
    NewTable.Keeping keeping = new NewTable.Keeping(kept, proof, properties);
    return new NewTable(name, rows.part().rows(), kept.parts(), has, null, keeping);
  }

  /** Creates a new table with the old table's definition and a copy of the rows. */
  private NewTable keepingByCopy() throws SQLException {
    KeptTable kept = KeptTable.of(session, table);
    TableProof proof = kept.proof();
    TableParts.Asked properties = CarriedProperties.prepare(kept.parts());
    CarriedProperties has = CarriedProperties.read(properties);
    kept.create();
    TableName name = kept.name();
    long copied = FrozenCopy.fill(sessions, name, staging.columns(), rows);
    kept.index(name);
    kept.constrain(name);
    session.execute("ANALYZE " + name.quoted());
    kept.prepareSwap(name);
    FaultPoint.INDEXED.reached();
    NewTable.Keeping keeping = new NewTable.Keeping(kept, proof, properties);
    return new NewTable(name, copied, kept.parts(), has, null, keeping);
  }

  /** An event trigger may have turned on row security when the table was created. */
  private static String[] likeOld(CarriedProperties carried, TableName name) {
    String open =
        "ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
            .formatted(name.quoted());
    return Stream.concat(Stream.of(open), Stream.of(carried.makingSettings(name)))
        .toArray(String[]::new);
  }

  /**
   * Moves the rows into a target that does not exist yet.
   *
   * @return the number of rows
   */
  long missing() throws SQLException {
    long copied = FrozenCopy.create(sessions, table, staging.columns(), rows);
    if (target.mode() == WriteMode.UPDATE) {
      session.define(
          "ALTER TABLE "
              + table.quoted()
              + " ADD PRIMARY KEY ("
              + key().stream().map(Identifier::quote).collect(Collectors.joining(", "))
              + ")");
    }
    times.prepared();
    times.locked();
    return copied;
  }

  private List<String> key() {
    return KeyColumns.names(target.unique(), staging.columns().columns());
  }
}
