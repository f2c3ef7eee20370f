/**
 * Staging to target, in one transaction.
 *
 * <p>A replace seals the staging table first: a small transaction checks every chunk and renames
 * the table, which is then vacuumed.
 *
 * <p>The order of the publishing transaction, in every mode:
 *
 * <ol>
 *   <li>claim the run's row of the ledger
 *   <li>take the target's advisory lock
 *   <li>lock the staging table and check every chunk, unless sealing did both
 *   <li>take the lock that keeps the target's definition
 *   <li>run the preflight again
 *   <li>fill the new table, where one is needed
 *   <li>take the lock that readers or writers feel
 *   <li>move the rows and compare the counts
 *   <li>complete the row of the ledger, and commit
 * </ol>
 *
 * <p><b>Why replace freezes.</b> A snapshot that is older than the rows does not see them, so its
 * reader would find the new table empty. Every snapshot sees frozen rows. If no snapshot is older
 * than the rows, a vacuum freezes them in the sealed table, which then becomes the new table. The
 * table's {@code relfrozenxid} proves that all rows are frozen. Otherwise the rows are copied by
 * {@code COPY ... FREEZE}. Either way the publish waits for no reader.
 *
 * <p><b>Why truncate deletes.</b> TRUNCATE empties the table for older snapshots too; the rows of a
 * DELETE stay visible to them. Where it is asked for, TRUNCATE is followed by a frozen copy under
 * the same lock, and readers wait for both.
 *
 * <p><b>Why a version is stripped.</b> A replaced table that is kept for an undo holds nothing that
 * somebody else would notice: a foreign key would forbid others' DELETE, a grant would show what
 * was replaced. An undo is a replace whose new table is the version; what hangs on the table is
 * given to it then, and what it still has is not made again, so that no row is read.
 *
 * <p><b>Why the role's search path comes back for the work.</b> Everything of ours is qualified,
 * but triggers of the user's table run inside our statements and find what they find by hand.
 */
@NullMarked
package io.resultsink.postgres.internal.publish;

import org.jspecify.annotations.NullMarked;
