package io.resultsink.pipelines.benchmark;

import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;

/**
 * Rows that the pipelines make, and the same as SQL, so that the server says whether they arrived.
 */
enum Shape {
  /** 8 columns, 135 bytes a row as binary COPY. */
  NARROW(NarrowRows.SCHEMA, NarrowRows.SQL, NarrowRows::values),
  /** 30 columns, among them numerics, documents and arrays. */
  WIDE(WideRows.SCHEMA, WideRows.SQL, WideRows::values);

  /** The generation of the rows that stood in the table before, in another column than the key. */
  static final int OLD = 1;

  /** The generation of the rows that are written. */
  static final int NEW = 0;

  private final Schema schema;
  private final String sql;
  private final Values values;

  /** The values of a row. */
  @FunctionalInterface
  interface Values {
    Object[] of(long id, int generation);
  }

  Shape(Schema schema, String sql, Values values) {
    this.schema = schema;
    this.sql = sql;
    this.values = values;
  }

  Schema schema() {
    return schema;
  }

  /** The new row of an id. Not checked against the schema: that would cost more than the sink. */
  Row row(long id) {
    return Row.withSchema(schema).attachValues(values.of(id, NEW));
  }

  /** The rows of the ids from 0, as a query. */
  String select(long rows, int generation) {
    return "SELECT "
        + sql.replace(":generation", Integer.toString(generation))
        + " FROM generate_series(0::bigint, "
        + (rows - 1)
        + ") AS i";
  }

  /** As part of the names of tables and files. */
  String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
