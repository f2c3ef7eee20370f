/**
 * Launches: a pipeline or an engine's query run to its end, its progress, its interruption, and the
 * failure as the user reads it.
 */
@NullMarked
package io.resultsink.pipelines.launch;

import org.jspecify.annotations.NullMarked;
