package io.resultsink.pipelines.postgres;

import io.resultsink.pipelines.query.QueryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of a result's columns: PostgreSQL's if the query names the column, otherwise {@code
 * _col0} and so on by position.
 */
final class ColumnNames {

  /** PostgreSQL's name for a column without another name. */
  private static final String NONE = "?column?";

  private final SingleQuery query;
  private final List<String> described;
  private final @Nullable SelectItem[] items;

  private ColumnNames(SingleQuery query, List<String> described, @Nullable SelectItem[] items) {
    this.query = query;
    this.described = described;
    this.items = items;
  }

  /**
   * Returns the names, in order.
   *
   * @param described PostgreSQL's names
   * @param ofTables the positions of columns of tables
   * @throws QueryException if a name occurs twice or cannot be decided
   */
  static List<String> of(SingleQuery query, List<String> described, List<Boolean> ofTables) {
    List<SelectItem> list = SelectList.of(query.tokens());
    ColumnNames names = new ColumnNames(query, described, new SelectItem[described.size()]);
    if (list != null) {
      names.place(list);
    }
    boolean values = SelectList.isValues(query.tokens());
    List<String> found = new ArrayList<>();
    for (int i = 0; i < described.size(); i++) {
      boolean named = !values && (ofTables.get(i) || names.isNamed(i));
      found.add(named ? described.get(i) : "_col" + i);
    }
    names.refuseDoubled(found);
    return found;
  }

  /** Finds the position of each item. A star has as many columns as the other items leave. */
  private void place(List<SelectItem> list) {
    int firstStar = 0;
    while (firstStar < list.size() && !list.get(firstStar).isStar()) {
      firstStar++;
    }
    int lastStar = list.size() - 1;
    while (lastStar >= 0 && !list.get(lastStar).isStar()) {
      lastStar--;
    }
    for (int i = 0; i < Math.min(firstStar, items.length); i++) {
      items[i] = list.get(i);
    }
    for (int i = 1; i < list.size() - lastStar && lastStar >= 0 && i <= items.length; i++) {
      items[items.length - i] = list.get(list.size() - i);
    }
    for (int i = firstStar + 1; i < lastStar; i++) {
      SelectItem item = list.get(i);
      if (!item.isStar() && !item.isNamedByItself()) {
        throw new QueryException(
            "%s: this column has no name and is between two *, so its position is not known; name it with AS"
                .formatted(SqlPosition.of(query.written(), item.tokens().get(0).begin())));
      }
    }
  }

  private boolean isNamed(int position) {
    SelectItem item = items[position];
    String name = described.get(position);
    return item == null ? !name.equals(NONE) : item.isNamed(name);
  }

  private void refuseDoubled(List<String> names) {
    Map<String, Integer> first = new HashMap<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Integer other = first.putIfAbsent(names.get(i), i);
      if (other != null) {
        problems.add(
            "columns %d and %d are both named %s: %s and %s; name one of them otherwise with AS"
                .formatted(other + 1, i + 1, names.get(i), shown(other), shown(i)));
      }
    }
    if (!problems.isEmpty()) {
      throw new QueryException(String.join("\n", problems));
    }
  }

  private String shown(int position) {
    SelectItem item = items[position];
    return item == null
        ? "one of *"
        : query
            .written()
            .substring(
                item.tokens().get(0).begin(), item.tokens().get(item.tokens().size() - 1).end());
  }
}
