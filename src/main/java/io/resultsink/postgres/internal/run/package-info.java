/**
 * A run: its identity, the plan of its target and schema, and the rows that one publish makes
 * visible.
 */
@NullMarked
package io.resultsink.postgres.internal.run;

import org.jspecify.annotations.NullMarked;
