package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The points of a run at which tests cause faults. Without tests nothing happens there: one field
 * is read for each chunk and each step of a publish, never for a row.
 */
@Internal
public enum FaultPoint {
  /** A session is borrowed, and no statement was sent. */
  CONNECTED,
  /** A chunk's rows are sent, and its COPY has not ended. */
  COPYING,
  /** A chunk is about to be committed. */
  CHUNK_COMMITTING,
  /** A chunk is committed, and not yet reported. */
  CHUNK_COMMITTED,
  /** A publish has its sessions, and has not begun. */
  PUBLISHING,
  /** The staging table of a replace is locked against zombies, and about to be sealed. */
  SEALING,
  /** The staging table is sealed. */
  SEALED,
  /** The sealed rows are frozen, or could not be. */
  FROZEN,
  /** The table with the rows is locked against zombies. */
  STAGING_LOCKED,
  /** The rows of a new table are sent, and their COPY has not ended. */
  COPYING_FROZEN,
  /** The new table of a replace that keeps the definition has its indexes and constraints. */
  INDEXED,
  /** The mode's lock on the target is held. */
  TARGET_LOCKED,
  /** All is written, and COMMIT is not sent. */
  COMMITTING,
  /** The publish is committed, and its summary is not yet emitted. */
  COMMITTED,
  /** The summary is emitted, and the staging table still exists. */
  TIDYING,
  /** The run has tidied up. */
  TIDIED;

  /** A fault: throws, or does something to the server and returns. */
  @FunctionalInterface
  interface Fault {
    void at(FaultPoint point) throws SQLException;
  }

  private static volatile @Nullable Fault fault;

  /** Calls the fault, if a test has set one. */
  public void reached() throws SQLException {
    Fault armed = fault;
    if (armed != null) {
      armed.at(this);
    }
  }

  /** Sets the fault that every point of every run in this JVM calls; null for none. */
  static void arm(@Nullable Fault next) {
    fault = next;
  }
}
