/**
 * The parts of a table: everything that hangs on it. For each kind of part one entry says how the
 * catalog shows it, its name in messages, how a new table gets it, and when.
 *
 * <p>A dry run, {@code replace} and {@code keep=all} read this one list.
 */
@NullMarked
package io.resultsink.postgres.internal.part;

import org.jspecify.annotations.NullMarked;
