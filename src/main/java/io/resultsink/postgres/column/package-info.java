/**
 * What a row is in PostgreSQL: columns, their types, and the encoder that goes with each.
 *
 * <p>Knows Beam's schemas and no JDBC.
 */
@NullMarked
package io.resultsink.postgres.column;

import org.jspecify.annotations.NullMarked;
