/** The metrics of a run, and the lineage of its table. */
@NullMarked
package io.resultsink.postgres.internal.metrics;

import org.jspecify.annotations.NullMarked;
