/**
 * The sink's own objects in the staging schema, and the proof that they are its own.
 *
 * <p><b>What is believed.</b> Others may create in the staging schema, under any name that they
 * foresee. Staging, token and sealed tables are ours when our very role owns them, they have the
 * columns that we gave them, and nothing hangs on them. The ledger may belong to those who rule
 * over its schema or the target anyway. A version, a replaced table that is kept, belongs to the
 * target's owner or to our role: whoever can make one can change the target itself. All are looked
 * at where they are used, behind a lock that keeps triggers away: by the preflight, by each chunk
 * (its owner only), and by the publish. Default privileges, grants and row security of event
 * triggers are taken back in the transaction that creates a table, which is then looked at as one
 * that was found.
 */
@NullMarked
package io.resultsink.postgres.internal.own;

import org.jspecify.annotations.NullMarked;
