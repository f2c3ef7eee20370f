/**
 * The command line {@code pgresult}, and pipelines to read as examples.
 *
 * <p>{@code command} is what the user types, {@code query} makes a pipeline of it, {@code embedded}
 * is a PostgreSQL for trying out.
 */
@NullMarked
package io.resultsink.pipelines;

import org.jspecify.annotations.NullMarked;
