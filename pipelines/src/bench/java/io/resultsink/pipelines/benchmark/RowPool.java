package io.resultsink.pipelines.benchmark;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.Row;

/** Rows that are there already and come again and again, so that making them costs nothing. */
final class RowPool {

  /** The number of different rows. */
  static final int SIZE = 1000;

  private final List<Row> rows;
  private final Shape shape;
  private final boolean numbered;

  RowPool(Shape shape) {
    this(shape, false);
  }

  private RowPool(Shape shape, boolean numbered) {
    this.shape = shape;
    this.numbered = numbered;
    this.rows = LongStream.range(0, SIZE).mapToObj(shape::row).toList();
  }

  /** Returns a pool of narrow rows, each with an id, a customer and a time of its own. */
  static RowPool numbered() {
    return new RowPool(Shape.NARROW, true);
  }

  /** Returns a name for files with its rows. */
  String label() {
    return (numbered ? "numbered_" : "pooled_") + shape.label();
  }

  Shape shape() {
    return shape;
  }

  Row get(long index) {
    Row row = rows.get((int) (index % SIZE));
    return numbered ? NarrowRows.numbered(row, index) : row;
  }

  /** Returns a query of so many rows, in the order of {@link #get}. */
  String select(Tables tables, long rows) {
    String pool = tables.source(shape, SIZE, Shape.NEW);
    return "SELECT "
        + (numbered ? NarrowRows.numbered("(time * " + SIZE + " + pool.id)", "pool") : "pool.*")
        + " FROM generate_series(0::bigint, ("
        + rows
        + " - 1) / "
        + SIZE
        + ") AS time, "
        + pool
        + " AS pool WHERE time * "
        + SIZE
        + " + pool.id < "
        + rows
        + " ORDER BY time, pool.id";
  }

  /** Returns the content of a table into which so many rows from the beginning were written. */
  TableContent content(Tables tables, long count) {
    if (numbered) {
      return tables.content(this, count);
    }
    TableContent whole = tables.content(shape, SIZE, Shape.NEW).times(count / SIZE);
    long rest = count % SIZE;
    return rest == 0 ? whole : whole.plus(tables.content(shape, rest, Shape.NEW));
  }
}
