/**
 * From SQL to rows: what the user asked, the tables the SQL names, and the pipeline of both.
 *
 * <p>Reading order: {@code QueryRequest} is what was asked, {@code QueryPipeline} builds the
 * pipeline for it, {@code FolderTables} finds the tables, and the rest reads their files.
 *
 * <p>Decisions, and where they are kept:
 *
 * <ul>
 *   <li>The columns of JSON and CSV tables are inferred from their first records ({@code
 *       ColumnKind}). A later value that does not fit is an error with file and line, never NULL.
 *   <li>A column of text takes every value, as its JSON text. Nested arrays and objects are text.
 *   <li>A JSON table has all fields of a record in the map {@code v} too, also those that the first
 *       records lacked. A field named {@code v} takes the map's place.
 *   <li>Nested Avro values are their JSON text, as nested JSON is ({@code AvroColumn}).
 *   <li>An empty CSV value is NULL, quoted or not. A number with leading zeros is text.
 *   <li>A file is read by one worker, except for JSON files that are not compressed: these are read
 *       in parts ({@code FilePart}).
 * </ul>
 */
@NullMarked
package io.resultsink.pipelines.query;

import org.jspecify.annotations.NullMarked;
