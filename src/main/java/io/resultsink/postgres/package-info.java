/**
 * Publishes the rows of a Beam pipeline as a PostgreSQL table, atomically and exactly once.
 *
 * <p>Start at {@link io.resultsink.postgres.PostgresResultSink}; {@code SinkGraph} is the data
 * path. Users import this package and four others:
 *
 * <ul>
 *   <li>{@link io.resultsink.postgres.destination}: the target, its URL and options, secrets
 *   <li>{@link io.resultsink.postgres.failure}: how a write can fail, and what that means for the
 *       target
 *   <li>{@link io.resultsink.postgres.report}: what happened
 *   <li>{@link io.resultsink.postgres.inspect}: dry run, last publish and clean, for front ends
 * </ul>
 *
 * <p>{@link io.resultsink.postgres.schematransform} is the sink for other languages. All other
 * packages are {@code internal} and may change. Its packages form one line, in which each imports
 * only packages before it:
 *
 * <pre>
 * failure
 *  -> copy, url                 bytes of a COPY; words of URLs and names
 *  -> destination, column       the target; rows in PostgreSQL
 *  -> session, report           connections and transactions
 *  -> catalog, part, own, run   the target's catalog; what hangs on it; objects of ours; the run
 *  -> lock, metrics
 *  -> ledger, rejects           which run has published what; rows that did not fit
 *  -> preflight                 the look before a row is written
 *  -> staging                   rows to staging table
 *  -> publish, inspect          staging table to target, in one transaction
 * </pre>
 */
@NullMarked
package io.resultsink.postgres;

import org.jspecify.annotations.NullMarked;
