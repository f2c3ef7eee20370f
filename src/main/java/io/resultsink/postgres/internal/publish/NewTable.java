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
 * @param kept the parts that the new table gets; null without {@code keep=all}
 * @param proof the definition of the old table when it was read; null without {@code keep=all}
 */
record NewTable(
    TableName name,
    long rows,
    TableParts parts,
    CarriedProperties has,
    @Nullable StagingTable staging,
    @Nullable KeptTable kept,
    @Nullable TableProof proof) {}
