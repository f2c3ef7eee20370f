/**
 * The failures of a write, and their meaning for the target.
 *
 * <p>Each type answers "was the target changed, and what to do now?". The package imports only
 * {@code java.*}.
 */
@NullMarked
package io.resultsink.postgres.failure;

import org.jspecify.annotations.NullMarked;
