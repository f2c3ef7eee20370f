/**
 * A run: its identity, the plan of its target and schema, and the part that a publish makes
 * visible.
 */
@NullMarked
package io.resultsink.postgres.internal.run;

import org.jspecify.annotations.NullMarked;
