/**
 * Rows in PostgreSQL: columns, their types, and the encoder that goes with each.
 *
 * <p>Knows Beam's schemas and no JDBC. A reader begins with {@link
 * io.resultsink.postgres.internal.column.ColumnTypes}, which says what a Beam type is. {@code
 * PostgresTypes} says which column types take it. {@code ColumnType} brings it from the staging
 * column into the table. {@link io.resultsink.postgres.internal.column.Columns} puts a row
 * together.
 *
 * <p><b>Why encoders refuse what the server would take.</b> The server rounds to a column's
 * precision in a binary COPY, and cuts blanks. An explicit cast cuts bits and characters. None of
 * this is an error for the server, so the encoders check each value.
 *
 * <p><b>Why a result can name PostgreSQL's own types.</b> Beam has no type for an inet, a range or
 * a numeric that is NaN. In rows that were read from PostgreSQL, a field names its type. A column
 * of that type gets the value as it is ({@code PostgresBinary}, {@code PostgresText}).
 *
 * <p><b>Why some types are staged as text.</b> Only their own functions know their binary format,
 * and enums have another OID in every database. If a cast would cut a value, publishing calls the
 * input function with the column's modifier. Only {@code jsonb_to_record} does that in SQL for any
 * type.
 */
@NullMarked
package io.resultsink.postgres.internal.column;

import org.jspecify.annotations.NullMarked;
