/**
 * Failures of a write, and what that means for the target.
 *
 * <p>The types are sealed: each answers "was the target changed, and what now?". Imports nothing
 * but {@code java.*}.
 */
@NullMarked
package io.resultsink.postgres.failure;

import org.jspecify.annotations.NullMarked;
