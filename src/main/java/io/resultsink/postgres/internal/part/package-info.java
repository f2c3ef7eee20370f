/**
 * Everything that hangs on a table, each kind of part once: how the catalog shows it, what messages
 * call it, how a new table gets it and when.
 *
 * <p>What a dry run says is kept or lost, and what a replace hands on, are read from this one list.
 */
@NullMarked
package io.resultsink.postgres.internal.part;

import org.jspecify.annotations.NullMarked;
