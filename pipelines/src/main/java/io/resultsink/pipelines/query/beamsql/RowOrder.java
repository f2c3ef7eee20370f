package io.resultsink.pipelines.query.beamsql;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelCollation;
import org.apache.beam.vendor.calcite.v1_40_0.org.apache.calcite.rel.RelFieldCollation;

/** The order of rows by an ORDER BY, for columns of every type. */
final class RowOrder implements Comparator<Row>, Serializable {

  private record Key(int column, boolean descending, boolean nullsFirst) implements Serializable {}

  private final List<Key> keys;

  private RowOrder(List<Key> keys) {
    this.keys = keys;
  }

  static RowOrder of(RelCollation collation) {
    return new RowOrder(
        List.copyOf(collation.getFieldCollations().stream().map(RowOrder::key).toList()));
  }

  /** Returns a sort key; by default, NULLs are above all values, as in PostgreSQL. */
  private static Key key(RelFieldCollation field) {
    boolean descending = field.getDirection().isDescending();
    boolean nullsFirst =
        switch (field.nullDirection) {
          case FIRST -> true;
          case LAST -> false;
          case UNSPECIFIED -> descending;
        };
    return new Key(field.getFieldIndex(), descending, nullsFirst);
  }

  @Override
  public int compare(Row one, Row other) {
    for (Key key : keys) {
      Object a = one.getValue(key.column());
      Object b = other.getValue(key.column());
      int order;
      if (a == null || b == null) {
        order = a == b ? 0 : (a == null) == key.nullsFirst() ? -1 : 1;
      } else {
        order = key.descending() ? Comparisons.ofValues(b, a) : Comparisons.ofValues(a, b);
      }
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
