/**
 * Publishes the rows of a Beam pipeline as a PostgreSQL table, atomically and exactly once.
 *
 * <p>Start at {@link io.resultsink.postgres.PostgresResultSink}: its {@code expand} is the data
 * path. The packages below it, in alphabetical order, are the same path in more detail:
 *
 * <ol>
 *   <li>{@link io.resultsink.postgres.column}: what a row is in PostgreSQL; the type table
 *   <li>{@link io.resultsink.postgres.copy}: the bytes of a binary COPY
 *   <li>{@link io.resultsink.postgres.destination}: where rows go; URL, options, secrets, sessions
 *   <li>{@link io.resultsink.postgres.failure}: how it can fail, and what that means for the target
 *   <li>{@link io.resultsink.postgres.load}: rows to staging table; preflight, chunks, ledger
 *   <li>{@link io.resultsink.postgres.part}: what hangs on a table
 *   <li>{@link io.resultsink.postgres.publish}: staging table to target, in one transaction; why
 *       replace freezes rows, and why truncate deletes
 *   <li>{@link io.resultsink.postgres.report}: what happened
 * </ol>
 *
 * <p>{@link io.resultsink.postgres.schematransform} wraps all of it: the sink for Python and YAML.
 */
@NullMarked
package io.resultsink.postgres;

import org.jspecify.annotations.NullMarked;
