/**
 * Rows to staging table: the preflight, the ledger, chunks.
 *
 * <p>One staging table for each load, written by all workers. A chunk is one COPY in one
 * transaction; its report is the transaction's id and its rows. What was not reported does not
 * count.
 */
@NullMarked
package io.resultsink.postgres.load;

import org.jspecify.annotations.NullMarked;
