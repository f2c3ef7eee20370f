package io.resultsink.postgres.internal.lock;

import java.util.Locale;
import java.util.Set;

/** The lock modes we take on tables (PostgreSQL manual, 13.3.1), and what is in their way. */
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

  /** The modes, as pg_locks writes them, that this one waits for. */
  Set<String> conflicts() {
    return conflicts;
  }
}
