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
 * <p><b>Why truncate deletes.</b> TRUNCATE empties the table for older snapshots too. Rows that a
 * DELETE removed stay visible to them. With {@code reset=truncate}, a frozen copy follows the
 * TRUNCATE under the same lock, and readers wait for both.
 *
 * <p><b>Why a version is stripped.</b> A replaced table that is kept for an undo has nothing that
 * others would notice. A foreign key would forbid their DELETE; a grant would show replaced rows.
 * An undo is a replace whose new table is the version. The version then gets the parts of the
 * table. Parts that it still has are not made again, so that no row is read.
 *
 * <p><b>Why the work uses the role's search path.</b> The target's triggers run inside the
 * statements of the sink, and look up names in the role's search path. All names in the sink's own
 * statements are qualified.
 */
@NullMarked
package io.resultsink.postgres.internal.publish;

import org.jspecify.annotations.NullMarked;
