/**
 * The engines of queries. One engine executes a query, and a pipeline takes its rows to the sink.
 *
 * <p>Reading order: {@code Engine} chooses, a {@code PreparedQuery} knows the columns, {@code
 * ReadQuery} is the source of a pipeline that opens it and reads its {@code RowCursor}.
 *
 * <p>Beam needs some time to translate and start a pipeline. On the DirectRunner, the query is
 * executed meanwhile ({@code BegunCursor}). {@code OpenCursors} has all executions of the process,
 * and ends them.
 */
@NullMarked
package io.resultsink.pipelines.engine;

import org.jspecify.annotations.NullMarked;
