/**
 * The costs of a write, measured side by side in one run: {@code make bench}.
 *
 * <p>{@link io.resultsink.pipelines.benchmark.Benchmark} runs the {@link
 * io.resultsink.pipelines.benchmark.Part}s that were asked for. Contenders of one part run in turn,
 * each on a table as it was before. Each is checked afterwards, outside of what is timed. {@link
 * io.resultsink.pipelines.benchmark.Bounds} has the bounds.
 */
@NullMarked
package io.resultsink.pipelines.benchmark;

import org.jspecify.annotations.NullMarked;
