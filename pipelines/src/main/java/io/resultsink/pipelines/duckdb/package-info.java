/**
 * DuckDB as the engine of a query: files of this machine as tables, in the process of the pipeline.
 *
 * <p>Reading order: {@code DuckQuery} prepares, {@code TableFolder} lists the files, {@code
 * CsvView} and its neighbours say how a table's files are read, {@code Statement} lets only a query
 * through, {@code DuckSession} is locked down before it runs, {@code DuckCursor} has the rows.
 *
 * <p>Decisions, and where they are kept:
 *
 * <ul>
 *   <li>Types of CSV are those that all values of the file have, so that no digit is lost and no
 *       date guessed ({@code CsvTypes}). JSON likewise ({@code JsonView}).
 *   <li>A table's files are listed once. One that has another size or time afterwards fails the run
 *       ({@code InputFile}).
 *   <li>A CSV file whose lines end in several ways is read through a copy that lives as long as the
 *       session ({@code MixedLines}). It is looked for only where reading fails, so that no other
 *       file is read once more.
 *   <li>No message of DuckDB about a value leaves: it quotes the whole line ({@code DuckErrors}).
 *   <li>Each of its types is exactly one of Beam's, or is refused by name ({@code DuckType}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.duckdb;

import org.jspecify.annotations.NullMarked;
