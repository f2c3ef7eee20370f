/**
 * The sink's own objects in the staging schema, and the proof that they are its own.
 *
 * <p><b>What is believed.</b> Other roles may create in the staging schema, under any name that
 * they foresee.
 *
 * <ul>
 *   <li>Staging, token and sealed tables are believed if our own role owns them, their columns are
 *       the sink's, and nothing hangs on them.
 *   <li>The ledger may also belong to the owner of its schema or of the target, or to a superuser.
 *   <li>The preflight and the publish check all of this, the publish under a lock that prevents new
 *       triggers. Each chunk checks the owner.
 *   <li>Privileges and row security that default privileges or event triggers gave are taken back
 *       in the transaction that creates a table. The new table is then checked like any other.
 * </ul>
 */
@NullMarked
package io.resultsink.postgres.internal.own;

import org.jspecify.annotations.NullMarked;
