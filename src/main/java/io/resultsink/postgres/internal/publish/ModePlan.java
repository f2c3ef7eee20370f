package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.internal.lock.TableLock;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a mode for a table that exists: the only switch on the mode when publishing.
 *
 * @param holds the lock that keeps the table's definition, while readers and writers go on
 * @param publishes the lock that readers or writers feel, taken last; null for none
 * @param newTable whether a new table takes its place
 * @param work what moves the rows
 * @param vacuums whether a vacuum follows, which keeps the table from growing and tells the planner
 *     what is in it
 */
record ModePlan(
    TableLock holds,
    @Nullable TableLock publishes,
    boolean newTable,
    MoveRows work,
    boolean vacuums) {

  static ModePlan of(PostgresTarget target) {
    return switch (target.mode()) {
      // The INSERT privilege permits no more than ROW EXCLUSIVE, which is enough against ALTER
      // TABLE.
      case APPEND -> new ModePlan(TableLock.ROW_EXCLUSIVE, null, false, MoveRows::insert, false);
      case REPLACE ->
          new ModePlan(
              TableLock.SHARE_UPDATE_EXCLUSIVE,
              TableLock.ACCESS_EXCLUSIVE,
              true,
              target.keepsDefinition() ? MoveRows::swapKeeping : MoveRows::swap,
              false);
      // With less than EXCLUSIVE, two runs at once leave the rows of both.
      case TRUNCATE ->
          new ModePlan(
              TableLock.SHARE_UPDATE_EXCLUSIVE,
              target.truncates() ? TableLock.ACCESS_EXCLUSIVE : TableLock.EXCLUSIVE,
              false,
              target.truncates() ? MoveRows::truncateAndCopy : MoveRows::deleteAndInsert,
              true);
      case UPDATE ->
          new ModePlan(
              TableLock.SHARE_UPDATE_EXCLUSIVE,
              TableLock.SHARE_ROW_EXCLUSIVE,
              false,
              MoveRows::upsert,
              false);
    };
  }

  /** Returns whether readers wait for the work, so that the work itself must not wait for long. */
  boolean readersWait() {
    return publishes == TableLock.ACCESS_EXCLUSIVE;
  }
}
