/**
 * Launches of pipelines and queries: their execution, progress, interruption, and failures in words
 * for the user.
 */
@NullMarked
package io.resultsink.pipelines.launch;

import org.jspecify.annotations.NullMarked;
