/**
 * The command line {@code pgresult}, and pipelines to read as examples.
 *
 * <p>{@code command} has the commands, {@code engine} and its neighbours execute queries, {@code
 * launch} runs pipelines, and {@code schedule} repeats them. {@code embedded} is a PostgreSQL for
 * trying out.
 */
@NullMarked
package io.resultsink.pipelines;

import org.jspecify.annotations.NullMarked;
