/**
 * The bytes of {@code COPY ... (FORMAT binary)}. The package knows neither Beam nor JDBC, so it can
 * be tested and timed alone.
 */
@NullMarked
package io.resultsink.postgres.internal.copy;

import org.jspecify.annotations.NullMarked;
