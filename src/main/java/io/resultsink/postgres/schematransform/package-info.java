/**
 * The sink for other languages: a Beam SchemaTransform with a configuration of named fields.
 *
 * <p>Beam's YAML writes a configuration into the job, so it accepts a reference to a password, and
 * no password. Rows that cannot be written fail the run; an output for them would be one more
 * collection of {@code PostgresResultWrite}, next to {@code published}.
 */
@NullMarked
package io.resultsink.postgres.schematransform;

import org.jspecify.annotations.NullMarked;
