package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The differences of columns between staging and publishing. */
final class ColumnDifferences {

  private ColumnDifferences() {}

  static List<String> between(Columns staged, Columns now) {
    Map<String, Column> current =
        now.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
    List<String> differences = new ArrayList<>();
    for (Column column : staged.columns()) {
      Column same = current.remove(column.name());
      if (same == null) {
        differences.add("column " + column.name() + " is gone");
      } else if (!same.sameAs(column)) {
        differences.add(
            "column " + column.name() + " was " + described(column) + ", is " + described(same));
      }
    }
    current.keySet().forEach(name -> differences.add("column " + name + " is new"));
    return differences;
  }

  private static String described(Column column) {
    return column.type() + (column.notNull() ? " NOT NULL" : "");
  }
}
