/**
 * PostgreSQL tables in Beam SQL.
 *
 * <p>Beam finds {@link io.resultsink.sql.PostgresTableProvider} for {@code TYPE postgres}. An
 * {@code INSERT INTO} writes through the sink; a {@code SELECT} reads the columns that it needs.
 */
@NullMarked
package io.resultsink.sql;

import org.jspecify.annotations.NullMarked;
