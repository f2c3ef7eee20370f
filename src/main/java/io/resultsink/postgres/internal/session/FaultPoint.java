package io.resultsink.postgres.internal.session;

import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * Points on the way of a run at which tests let something go wrong. Nothing happens there
 * otherwise: a field is read once for each chunk and each step of a publish, never for a row.
 */
@Internal
public enum FaultPoint {
  /** A session was borrowed, and nothing was asked of it. */
  CONNECTED,
  /** A chunk's rows were sent, and its COPY has not ended. */
  COPYING,
  /** A chunk is about to be committed. */
  CHUNK_COMMITTING,
  /** A chunk was committed, and not yet reported. */
  CHUNK_COMMITTED,
  /** A publish has its sessions, and has not begun. */
  PUBLISHING,
  /** No zombie can add a row, and the staging table of a replace is about to be sealed. */
  SEALING,
  /** The rows stand under a name that no worker knows. */
  SEALED,
  /** They were frozen, or could not be. */
  FROZEN,
  /** No zombie can add a row from here on to where the rows stand. */
  STAGING_LOCKED,
  /** The rows of a new table were sent, and their COPY has not ended. */
  COPYING_FROZEN,
  /** The new table of a replace that keeps the definition has its indexes and constraints. */
  INDEXED,
  /** The mode's lock on the target is held. */
  TARGET_LOCKED,
  /** All is written, and COMMIT was not sent. */
  COMMITTING,
  /** The publish was committed, and not yet reported. */
  COMMITTED,
  /** The summary was reported, and the staging table is still there. */
  TIDYING,
  /** All is done. */
  TIDIED;

  /** A fault: it throws, or does something to the server and returns. */
  @FunctionalInterface
  interface Fault {
    void at(FaultPoint point) throws SQLException;
  }

  private static volatile @Nullable Fault fault;

  /** Tells whoever waits for it that a run has come to this point. */
  public void reached() throws SQLException {
    Fault armed = fault;
    if (armed != null) {
      armed.at(this);
    }
  }

  /** Calls {@code next} at every point of every run in this JVM; null for nothing. */
  static void arm(@Nullable Fault next) {
    fault = next;
  }
}
