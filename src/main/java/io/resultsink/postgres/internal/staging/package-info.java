/**
 * Rows to staging table: chunks, their reports and their tokens.
 *
 * <p>One staging table for each load, written by all workers. A chunk is one COPY in one
 * transaction; its report is the transaction's id, its token and its rows. What was not reported
 * does not count.
 *
 * <p><b>Why a chunk has a token.</b> A row's {@code xmin} tells its transaction, but a promoted
 * standby and a server after a crash give out ids again that they do not know of. The token is
 * random, and written by the chunk's own transaction beside the staging table, with the same
 * durability: where it stands, the transaction is part of this server's history, in which its id is
 * given out once. The timeline of the log would refuse a failover that has lost nothing, and misses
 * a server that was set back without a new one. A message in the log, to keep an id from being
 * given out again, is not needed beside it: what takes unlogged rows takes their tokens too.
 *
 * <p><b>What else could be another's on another server.</b> Sealed tables are named and marked by
 * their chunks' tokens. A lost session is known by pid and start, to the microsecond, and on
 * another server there is none; the ledger is asked there, and answers for that server, whose
 * history may lack a publish that was reported, as it may lack any commit. That rows are frozen is
 * asked of the catalog in the transaction that relies on it.
 */
@NullMarked
package io.resultsink.postgres.internal.staging;

import org.jspecify.annotations.NullMarked;
