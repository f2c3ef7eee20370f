/**
 * The bytes of {@code COPY ... (FORMAT binary)}: no Beam, no JDBC, so it can be fuzzed and timed
 * alone.
 */
@NullMarked
package io.resultsink.postgres.internal.copy;

import org.jspecify.annotations.NullMarked;
