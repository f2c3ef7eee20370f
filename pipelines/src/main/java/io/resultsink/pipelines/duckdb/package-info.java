/**
 * DuckDB as the engine of a query: files of this machine as tables, in the process of the pipeline.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@code DuckQuery} prepares a query.
 *   <li>{@code TableFolder} lists the files.
 *   <li>{@code CsvView} and its neighbours decide how a table's files are read.
 *   <li>{@code Statement} accepts only a query.
 *   <li>{@code DuckSession} is locked down before the query runs.
 *   <li>{@code DuckCursor} has the rows.
 * </ol>
 *
 * <p>Decisions, and their classes:
 *
 * <ul>
 *   <li>A column's type is one that all values of the file have, so that no digit is lost and no
 *       date guessed ({@code CsvTypes}, {@code JsonView}).
 *   <li>The types of columns that a query does not use are not searched for ({@code ColumnUse}).
 *   <li>A table's files are listed once. A file whose size or time changes after that fails the run
 *       ({@code InputFile}).
 *   <li>A CSV file with several kinds of line ends is read through a copy, which the session
 *       deletes ({@code MixedLines}). Only a file that cannot be read is searched for them, so that
 *       no other file is read twice.
 *   <li>No message of DuckDB about a value is shown, because it quotes the whole line ({@code
 *       DuckErrors}).
 *   <li>Each type of DuckDB is exactly one of Beam's, or is refused by name ({@code DuckType}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.duckdb;

import org.jspecify.annotations.NullMarked;
