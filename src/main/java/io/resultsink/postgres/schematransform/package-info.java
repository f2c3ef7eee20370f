/**
 * The sink for other languages: a Beam SchemaTransform with a configuration of named fields.
 *
 * <p>A configuration is written into the job by Beam's YAML, so that it takes references to a
 * password and no password. Rows that do not fit the table fail the run, unless {@code
 * error_handling} names an output for them, next to {@code published}.
 */
@NullMarked
package io.resultsink.postgres.schematransform;

import org.jspecify.annotations.NullMarked;
