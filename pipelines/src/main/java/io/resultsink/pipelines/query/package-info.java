/**
 * The pipelines of Beam SQL queries: a request, the tables that its SQL names, and the pipeline of
 * both.
 *
 * <p>Reading order: {@code QueryRequest} is the request, {@code QueryPipeline} builds its pipeline,
 * {@code FolderTables} finds the tables, and the other classes read their files.
 *
 * <p>Decisions, and their classes:
 *
 * <ul>
 *   <li>The columns of JSON and CSV tables are inferred from their first records ({@code
 *       ColumnKind}). A later value that does not fit is an error with file and line, never NULL.
 *   <li>A column of text accepts every value, as its JSON text. Nested arrays and objects are text.
 *   <li>A JSON table also has a map {@code v} with all fields of a record, including those that the
 *       first records lack. A field named {@code v} replaces the map.
 *   <li>Nested Avro values are their JSON text, as nested JSON is ({@code AvroColumn}).
 *   <li>An empty CSV value is NULL, quoted or not. A number with leading zeros is text.
 *   <li>One worker reads a file, but a JSON file that is not compressed is read in parts ({@code
 *       FilePart}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.query;

import org.jspecify.annotations.NullMarked;
