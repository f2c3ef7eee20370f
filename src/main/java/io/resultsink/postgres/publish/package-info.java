/**
 * Staging to target, in one transaction.
 *
 * <p>Order, in every mode: claim the ledger row, the target's advisory lock, the staging lock and
 * the check of every chunk, a lock that keeps the target's definition, the preflight again, the
 * frozen copy, the lock that readers or writers feel, the work, the counts, the ledger, COMMIT.
 *
 * <p><b>Why replace copies frozen.</b> Rows committed before a swap are invisible to snapshots
 * taken before them, which then find an empty table; frozen rows are seen by every snapshot.
 *
 * <p><b>Why truncate deletes.</b> TRUNCATE empties the table for older snapshots too; the rows of a
 * DELETE stay visible to them.
 *
 * <p><b>Why the role's search path comes back for the work.</b> Everything of ours is qualified,
 * but triggers of the user's table run inside our statements and find what they find by hand.
 */
@NullMarked
package io.resultsink.postgres.publish;

import org.jspecify.annotations.NullMarked;
