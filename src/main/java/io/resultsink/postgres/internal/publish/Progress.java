package io.resultsink.postgres.internal.publish;

/** The point that a transaction of a publish had reached when it ended. */
enum Progress {
  /** No transaction had begun: the server was not reached, or gave no session. */
  NOT_REACHED,
  /** The transaction had begun, so the server was reached; nothing could be committed yet. */
  BEGUN,
  /** The ledger row was free, so no earlier transaction of this run had committed. */
  CLAIMED,
  /** COMMIT was sent; if its answer is lost, only the ledger tells the outcome. */
  COMMIT_SENT
}
