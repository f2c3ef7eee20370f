/** The target as PostgreSQL's catalog has it: its place, columns, types and privileges. */
@NullMarked
package io.resultsink.postgres.internal.catalog;

import org.jspecify.annotations.NullMarked;
