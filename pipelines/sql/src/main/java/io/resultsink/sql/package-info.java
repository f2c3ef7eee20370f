/**
 * PostgreSQL tables in Beam SQL.
 *
 * <p>{@link io.resultsink.sql.PostgresTableProvider} is found by Beam for {@code TYPE postgres}; an
 * {@code INSERT INTO} writes through the sink, a {@code SELECT} reads the columns that it needs.
 */
@NullMarked
package io.resultsink.sql;

import org.jspecify.annotations.NullMarked;
