/**
 * Rows in PostgreSQL: columns, their types, and the encoder that goes with each.
 *
 * <p>Knows Beam's schemas and no JDBC. To be read in this order: {@link
 * io.resultsink.postgres.internal.column.ColumnTypes} says what a Beam type is, {@code
 * PostgresTypes} which column types take it, {@code ColumnType} how it gets from the staging column
 * into the table, {@link io.resultsink.postgres.internal.column.Columns} puts a row together.
 *
 * <p><b>Why encoders refuse what the server would take.</b> A binary COPY rounds to a column's
 * precision, cuts blanks and, in an explicit cast, bits and characters, without a word. Nothing
 * here leaves that to the server.
 *
 * <p><b>Why a result can name PostgreSQL's own types.</b> Beam has no type for an inet, a range or
 * a numeric that is NaN. Rows that come from a PostgreSQL say of a field which type it was, and a
 * column of that type takes the value as it is ({@code PostgresBinary}, {@code PostgresText}).
 *
 * <p><b>Why some types are staged as text.</b> Their binary format is known to their own input and
 * output functions only (enums have another OID in every database). Where a cast would cut a value,
 * publishing calls the input function with the column's modifier, through {@code jsonb_to_record},
 * which is the one way in SQL to do so for any type.
 */
@NullMarked
package io.resultsink.postgres.internal.column;

import org.jspecify.annotations.NullMarked;
