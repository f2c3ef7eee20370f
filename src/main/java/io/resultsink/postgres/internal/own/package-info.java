/**
 * The sink's own objects in the staging schema, and the proof that they are its own.
 *
 * <p><b>What is believed.</b> Others may create in the staging schema, under any name that they
 * foresee. Staging, token and sealed tables are ours when the connecting role itself owns them, and
 * they have our columns, and nothing hangs on them. The ledger may belong to those who rule over
 * its schema or the target anyway. A version belongs to the target's owner or to our role. Whoever
 * can make one can change the target itself. The preflight and the publish look at all of them,
 * behind a lock that keeps triggers away. Each chunk looks at the owner. The transaction that
 * creates a table takes back default privileges, and grants and row security of event triggers.
 * Then it looks at the table as at one that was found.
 */
@NullMarked
package io.resultsink.postgres.internal.own;

import org.jspecify.annotations.NullMarked;
