/** Publishes the rows of a Beam pipeline as a PostgreSQL table, atomically and exactly once. */
@NullMarked
package io.resultsink.postgres;

import org.jspecify.annotations.NullMarked;
