/**
 * Rows to staging table: chunks, their reports and their tokens.
 *
 * <p>Each load has one staging table, which all workers write. A chunk is one COPY in one
 * transaction. Its report has the transaction's id, its token and its number of rows. What was not
 * reported does not count.
 *
 * <p><b>Why a chunk has a token.</b> A row's {@code xmin} names its transaction. But a promoted
 * standby, and a server after a crash, may give out an id again that they do not know of. The token
 * is random, and the chunk's own transaction writes it into the token table, which has the
 * durability of the staging table. If a server has the token, it has the transaction, and it gives
 * out that transaction's id only once. The timeline of the write-ahead log would not do. It would
 * refuse a failover that lost nothing, and miss a server that was restored without a new timeline.
 *
 * <p><b>What else is trusted across a failover.</b>
 *
 * <ul>
 *   <li>A sealed table has a digest of its chunks' tokens in its name and comment.
 *   <li>A lost session is known by its process id and its start, to the microsecond. Another server
 *       does not have it.
 *   <li>The ledger answers for the server that is asked. A failover that lost the publish has lost
 *       its row too.
 *   <li>The catalog says that rows are frozen, in the transaction that relies on it.
 * </ul>
 */
@NullMarked
package io.resultsink.postgres.internal.staging;

import org.jspecify.annotations.NullMarked;
