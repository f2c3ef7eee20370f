/** The rows that did not fit a table, as PostgreSQL keeps them. */
@NullMarked
package io.resultsink.postgres.internal.rejects;

import org.jspecify.annotations.NullMarked;
