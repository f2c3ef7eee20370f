/**
 * Staging to target, in one transaction.
 *
 * <p>A replace seals the staging table before, in a small transaction that checks every chunk, and
 * vacuums it.
 *
 * <p>Order, in every mode: claim the ledger row, the target's advisory lock, the staging lock and
 * the check of every chunk unless sealing was it, a lock that keeps the target's definition, the
 * preflight again, the frozen copy where one is needed, the lock that readers or writers feel, the
 * work, the counts, the ledger, COMMIT.
 *
 * <p><b>Why replace freezes.</b> Rows committed before a swap are invisible to snapshots taken
 * before them, which then find an empty table; frozen rows are seen by every snapshot. A vacuum
 * freezes the staged rows where they are when no snapshot is older than they, for which the table's
 * {@code relfrozenxid} is the proof, and then their table goes live. Else they are copied by {@code
 * COPY ... FREEZE}, and nobody is waited for.
 *
 * <p><b>Why a table is sealed under another name.</b> What is frozen and about to go live must not
 * get a row more, and the lock that sees to that ends with its transaction, which a vacuum cannot
 * run in. A worker, alive or given up, knows the old name alone, and finds no table there.
 *
 * <p><b>Why truncate deletes.</b> TRUNCATE empties the table for older snapshots too; the rows of a
 * DELETE stay visible to them.
 *
 * <p><b>Why the role's search path comes back for the work.</b> Everything of ours is qualified,
 * but triggers of the user's table run inside our statements and find what they find by hand.
 */
@NullMarked
package io.resultsink.postgres.internal.publish;

import org.jspecify.annotations.NullMarked;
