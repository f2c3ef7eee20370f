package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.part.TableProof;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/**
 * The swap of a table for a new one that keeps its definition. Readers of the table wait meanwhile,
 * so the catalog is read by queries that are prepared before.
 *
 * @param leaving what becomes of the old table
 * @param otherwise why the new table may not be as the old one was, and what to do then
 */
record KeepingSwap(
    Session session, TableName table, NewTable fresh, KeptTable.Leaving leaving, String otherwise) {

  /**
   * Swaps the tables, and proves that nothing was lost.
   *
   * @param references the foreign keys that the new table gets while readers wait
   * @param time what the attempt may wait for locks
   * @return the number of rows
   */
  long run(List<TableParts.Making> references, LockAttempts.Time time) throws SQLException {
    NewTable.Keeping keeping = Objects.requireNonNull(fresh.keeping());
    TableProof before = keeping.table().proof();
    if (!before.equals(keeping.proof())) {
      throw new Conflict("the definition of " + table + " was changed meanwhile");
    }
    takePlace(keeping, references, time);
    List<String> differences = before.differences(keeping.table().proof());
    if (!differences.isEmpty()) {
      throw new PublishFailedException(
          "the new table of "
              + table
              + " would differ from the old one: "
              + String.join(", ", differences)
              + "; rolled back, the table is untouched; "
              + otherwise,
          Remedy.FIX_TABLE,
          null,
          null);
    }
    return fresh.rows();
  }

  private void takePlace(
      NewTable.Keeping keeping, List<TableParts.Making> references, LockAttempts.Time time)
      throws SQLException {
    CarriedProperties now = CarriedProperties.read(keeping.properties());
    KeptTable kept = keeping.table();
    try {
      kept.takePlace(
          fresh.name(),
          () -> {
            now.applyRights(session, fresh.name());
            ForeignKeys.drop(session, table, time);
            kept.make(references, fresh.name());
          },
          leaving);
    } catch (SQLException e) {
      if (SqlState.is(SqlState.DEPENDENT_OBJECTS, e)) { // the next attempt's preflight names it
        throw new Conflict("something depends on " + table + " that cannot be kept");
      }
      throw e;
    }
  }
}
