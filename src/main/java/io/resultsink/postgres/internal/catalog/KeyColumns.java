package io.resultsink.postgres.internal.catalog;

import io.resultsink.postgres.internal.column.Column;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;

/** The key columns of an update, in the table's spelling. */
@Internal
public final class KeyColumns {

  private KeyColumns() {}

  /**
   * Returns the columns that {@code unique} names, by exact name, else by a name that differs only
   * in case.
   */
  public static List<String> names(List<String> unique, List<Column> columns) {
    return unique.stream().flatMap(name -> find(name, columns).stream()).toList();
  }

  public static Optional<String> find(String name, List<Column> columns) {
    List<String> names = columns.stream().map(Column::name).toList();
    if (names.contains(name)) {
      return Optional.of(name);
    }
    List<String> alike = names.stream().filter(name::equalsIgnoreCase).toList();
    return alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty();
  }
}
