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
 * <p><b>Why a table is sealed under another name.</b> No row may be added after the rows are
 * frozen. A lock cannot prevent that: it ends with its transaction, and VACUUM cannot run inside of
 * one. So the table is renamed. Every worker, zombies included, knows only the old name and finds
 * no table there.
 *
 * <p><b>Why truncate deletes.</b> TRUNCATE empties the table for older snapshots too. Rows that a
 * DELETE removed stay visible to them.
 *
 * <p><b>Why the work uses the role's search path.</b> The target's triggers run inside the
 * statements of the sink, and look up names in the role's search path. All names in the sink's own
 * statements are qualified.
 */
@NullMarked
package io.resultsink.postgres.internal.publish;

import org.jspecify.annotations.NullMarked;
