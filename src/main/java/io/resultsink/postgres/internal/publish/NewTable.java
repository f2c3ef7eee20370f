package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.part.TableProof;
import io.resultsink.postgres.internal.staging.StagingTable;
import org.jspecify.annotations.Nullable;

/**
 * The new table of a replace, with its rows, before it takes the old one's place.
 *
 * @param parts the parts of the old table
 * @param has the properties that the new table has already
 * @param staging the sealed table, while it is still to become the new table; null after that, and
 *     for a copy
 * @param keeping the old definition that the new table gets; null without {@code keep=all}
 */
record NewTable(
    TableName name,
    long rows,
    TableParts parts,
    CarriedProperties has,
    @Nullable StagingTable staging,
    @Nullable Keeping keeping) {

  /**
   * The definition that is kept.
   *
   * @param table the parts that the new table gets
   * @param proof the definition of the old table when it was read
   * @param properties the prepared query of what {@link CarriedProperties} reads
   */
  record Keeping(KeptTable table, TableProof proof, TableParts.Asked properties) {}
}
