/** The target in PostgreSQL's catalog: its place, columns, types and privileges. */
@NullMarked
package io.resultsink.postgres.internal.catalog;

import org.jspecify.annotations.NullMarked;
