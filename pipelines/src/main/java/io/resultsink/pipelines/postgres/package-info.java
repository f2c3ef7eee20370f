/**
 * The engine for a {@code postgresql://} database: PostgreSQL itself executes the query.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@code SingleQuery} checks the user's text.
 *   <li>{@code PostgresQuery} asks the server for the columns; {@code ColumnNames} and {@code
 *       ResultTypes} give them names and types.
 *   <li>{@code PostgresCursor} reads the rows, in a {@code ReadingSession}, through a {@code
 *       Portal}.
 * </ol>
 *
 * <p><b>Why the driver's core is used.</b> The driver's statements split a text at its semicolons,
 * and read a question mark as a parameter. Through the core, the server gets the text as one Parse
 * message, and refuses it if it has more than one statement. The rows are read in the server's
 * binary form.
 *
 * <p><b>Why the columns travel in binary.</b> A type's text depends on settings and is not always
 * the value: an array's bounds, a locale's money. The binary form of PostgreSQL's own types is the
 * same in every database, and a column of the same type accepts it as it is. Types that only some
 * databases have are sent as text, and found by name in the other database.
 */
@NullMarked
package io.resultsink.pipelines.postgres;

import org.jspecify.annotations.NullMarked;
