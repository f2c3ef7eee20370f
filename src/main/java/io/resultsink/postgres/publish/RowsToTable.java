package io.resultsink.postgres.publish;

import io.resultsink.postgres.destination.Identifier;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.destination.SessionPair;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.failure.FaultPoint;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.load.KeyColumns;
import io.resultsink.postgres.load.RunPlan;
import io.resultsink.postgres.load.StagingTable;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The part of a publish that moves the rows: what is made ready before, the lock, the work. */
final class RowsToTable {

  private final PostgresTarget target;
  private final StagingTable staging;
  private final StagedRows rows;
  private final SessionPair sessions;
  private final Session session;
  private final TableName table;
  private final PublishTimes times;
  private final Patience patience;

  RowsToTable(
      RunPlan plan,
      StagingTable staging,
      StagedRows rows,
      SessionPair sessions,
      PublishTimes times,
      Patience patience) {
    this.target = plan.target();
    this.staging = staging;
    this.rows = rows;
    this.sessions = sessions;
    this.session = sessions.first();
    this.table = staging.target().table();
    this.times = times;
    this.patience = patience;
  }

  /**
   * Into a table that exists.
   *
   * @param live whether the rows' own table takes its place
   * @return the number of rows
   */
  long existing(PublishScript script, boolean live) throws SQLException {
    PublishWork.Fresh fresh = script.newTable() ? fresh(live) : null;
    PublishWork.Scene scene =
        new PublishWork.Scene(session, rows, table, staging.columns(), key(), fresh);
    times.prepared();
    return script.newTable() ? swapping(script, scene, live) : keeping(script, scene);
  }

  /** All that has to wait for a lock waits briefly, since readers wait for us meanwhile. */
  private long swapping(PublishScript script, PublishWork.Scene scene, boolean live)
      throws SQLException {
    // Held only with the target's lock: a backup that waits for it would hold the target's.
    List<TableName> tables = live ? List.of(rows.name(), table) : List.of(table);
    return new LockAttempts(session, patience)
        .run(
            tables,
            Objects.requireNonNull(script.publishes()),
            target.lockTimeout(),
            () -> {
              locked();
              return script.work().move(scene);
            });
  }

  /** Readers go on while the work waits for rows of others, so that it may wait long. */
  private long keeping(PublishScript script, PublishWork.Scene scene) throws SQLException {
    TableLock lock = script.publishes();
    if (lock != null) {
      new LockAttempts(session, patience).acquire(table, lock, target.lockTimeout());
    }
    locked();
    session.lockTimeout(patience.left());
    try {
      return script.work().move(scene);
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

  private PublishWork.Fresh fresh(boolean live) throws SQLException {
    if (live) {
      CarryOver has = CarryOver.read(session, rows.name(), staging.columns());
      return new PublishWork.Fresh(rows.name(), rows.count(), has, staging);
    }
    CarryOver carried = CarryOver.read(session, table, staging.columns());
    // A name that nobody could foresee, and take before us.
    String fresh = "result_sink_new_" + UUID.randomUUID().toString().replace("-", "");
    TableName name = new TableName(table.schema(), fresh);
    long copied =
        FrozenCopy.create(sessions, name, staging.columns(), rows, likeOld(carried, name));
    carried.applyRights(session, name);
    return new PublishWork.Fresh(name, copied, carried, null);
  }

  /** A guard of the database may have switched row security on as the table was created. */
  private static String[] likeOld(CarryOver carried, TableName name) {
    String open =
        "ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
            .formatted(name.quoted());
    return Stream.concat(Stream.of(open), Stream.of(carried.makingSettings(name)))
        .toArray(String[]::new);
  }

  /**
   * Into a table that nobody has made yet.
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
