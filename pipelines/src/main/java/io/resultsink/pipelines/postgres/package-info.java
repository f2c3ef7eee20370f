/**
 * The engine of a {@code postgresql://} database: that PostgreSQL itself executes the query.
 *
 * <p>Reading order: {@code SingleQuery} is the user's text, checked; {@code PostgresQuery} asks the
 * server for its columns, which {@code ColumnNames} and {@code ResultTypes} name and type; {@code
 * PostgresCursor} reads the rows, in a {@code ReadingSession}, through a {@code Portal}.
 *
 * <p><b>Why the driver's core is used.</b> The driver's statements split a text at its semicolons
 * and read a question mark as a parameter. Here the server gets the text as one Parse message,
 * which it refuses when there is more than one statement in it, and the rows are taken in binary
 * form, as the server sends them.
 *
 * <p><b>Why the columns travel in binary.</b> A type's text depends on settings and is not always
 * the value: an array's bounds, a locale's money. The binary form of the types that PostgreSQL
 * brings is the same in every database, and a column of the same type takes it as it is. Types that
 * only one database has travel as text, and are found by their name in the other.
 */
@NullMarked
package io.resultsink.pipelines.postgres;

import org.jspecify.annotations.NullMarked;
