/**
 * Sessions with PostgreSQL: connections, transactions, statements and their failures.
 *
 * <p>Each transaction begins with an empty search path. The package knows neither Beam nor the
 * modes.
 */
@NullMarked
package io.resultsink.postgres.internal.session;

import org.jspecify.annotations.NullMarked;
