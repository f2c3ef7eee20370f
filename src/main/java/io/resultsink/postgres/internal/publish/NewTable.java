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
 * @param parts the parts of the table that has the target's name
 * @param has what it has of the old table already
 * @param staging where its rows were staged, when that is still to become the new table; null for a
 *     copy, and for a staging table that has become it
 * @param kept what it gets in the old one's place; null unless it keeps everything
 * @param proof what the old table was as this was read; null unless it keeps everything
 */
record NewTable(
    TableName name,
    long rows,
    TableParts parts,
    CarriedProperties has,
    @Nullable StagingTable staging,
    @Nullable KeptTable kept,
    @Nullable TableProof proof) {}
