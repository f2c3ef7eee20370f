package io.resultsink.postgres.internal.lock;

import java.util.Locale;
import java.util.Set;

/**
 * The <a href="https://www.postgresql.org/docs/current/explicit-locking.html">lock modes</a> that
 * the sink takes on tables, and the modes that conflict with them.
 */
public enum TableLock {
  ROW_EXCLUSIVE("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"),
  SHARE_UPDATE_EXCLUSIVE(
      "ShareUpdateExclusiveLock",
      "ShareLock",
      "ShareRowExclusiveLock",
      "ExclusiveLock",
      "AccessExclusiveLock"),
  SHARE_ROW_EXCLUSIVE(
      "RowExclusiveLock",
      "ShareUpdateExclusiveLock",
      "ShareLock",
      "ShareRowExclusiveLock",
      "ExclusiveLock",
      "AccessExclusiveLock"),
  EXCLUSIVE(
      "RowShareLock",
      "RowExclusiveLock",
      "ShareUpdateExclusiveLock",
      "ShareLock",
      "ShareRowExclusiveLock",
      "ExclusiveLock",
      "AccessExclusiveLock"),
  ACCESS_EXCLUSIVE(
      "AccessShareLock",
      "RowShareLock",
      "RowExclusiveLock",
      "ShareUpdateExclusiveLock",
      "ShareLock",
      "ShareRowExclusiveLock",
      "ExclusiveLock",
      "AccessExclusiveLock");

  private final Set<String> conflicts;

  TableLock(String... conflicts) {
    this.conflicts = Set.of(conflicts);
  }

  /** As LOCK TABLE writes it. */
  String sql() {
    return name().replace('_', ' ').toUpperCase(Locale.ROOT);
  }

  /** Returns the modes that this one waits for, as pg_locks writes them. */
  Set<String> conflicts() {
    return conflicts;
  }
}
