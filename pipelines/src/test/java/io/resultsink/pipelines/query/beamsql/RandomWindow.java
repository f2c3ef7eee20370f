package io.resultsink.pipelines.query.beamsql;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Window functions whose result the rows' chance order does not change. */
final class RandomWindow {

  private static final int MOST_KEYS = 11;

  private final Random random;
  private final List<Sql> columns;
  private final List<Sql> exact;
  private boolean numbered;

  RandomWindow(Random random, List<Sql> columns) {
    this.random = random;
    this.columns = columns;
    this.exact = columns.stream().filter(RandomWindow::isExact).toList();
  }

  /** A computed double may differ in its last bit, and what was a tie is none then. */
  static boolean isExact(Sql column) {
    return column.kind() != Kind.DOUBLE
        || RandomTable.COLUMNS.stream()
            .anyMatch(own -> column.beam().endsWith(".`" + own.name() + "`"));
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  Sql next() {
    Sql partition =
        random.nextInt(4) == 0
            ? new Sql("", "", Kind.TEXT, true)
            : Sql.of(Kind.TEXT, "PARTITION BY %s ", one(random, exact));
    List<Sql> keys = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      keys.add(ordered(random, one(random, exact)));
    }
    Sql order = Sql.joined(", ", keys);
    Sql column = one(random, columns);
    Sql number =
        columns.stream()
            .filter(
                c ->
                    c.tame() && List.of(Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE).contains(c.kind()))
            .skip(random.nextInt(2))
            .findFirst()
            .orElse(null);
    if (!numbered
        && columns.equals(exact)
        && columns.size() <= MOST_KEYS
        && random.nextInt(4) == 0) {
      return byRows(number, partition);
    }
    return switch (random.nextInt(number == null ? 4 : 6)) {
      case 0 -> Sql.of(Kind.INTEGER, "RANK() OVER (%sORDER BY %s)", partition, order);
      case 1 -> Sql.of(Kind.INTEGER, "DENSE_RANK() OVER (%sORDER BY %s)", partition, order);
      case 2 -> Sql.of(Kind.INTEGER, "COUNT(%s) OVER (%sORDER BY %s)", column, partition, order);
      case 3 ->
          Sql.of(
              column.kind(),
              one(random, List.of("MIN(%s) OVER (%s)", "MAX(%s) OVER (%s)")),
              column,
              partition);
      case 4 ->
          Sql.of(number.kind(), "SUM(%s) OVER (%sORDER BY %s)", number, partition, order).wild();
      default -> Sql.of(Kind.DOUBLE, "AVG(%s) OVER (%s)", number, partition).wild();
    };
  }

  /**
   * Ordered by all columns: only rows that are the same change places. Two such windows of a query
   * may number these rows differently, so it has one.
   */
  private Sql byRows(@Nullable Sql number, Sql partition) {
    numbered = true;
    Sql order = Sql.joined(", ", columns.stream().map(key -> ordered(random, key)).toList());
    return number == null || random.nextBoolean()
        ? Sql.of(Kind.INTEGER, "ROW_NUMBER() OVER (%sORDER BY %s)", partition, order)
        : Sql.of(
                number.kind(),
                "SUM(%s) OVER (%sORDER BY %s ROWS UNBOUNDED PRECEDING)",
                number,
                partition,
                order)
            .wild();
  }

  static Sql ordered(Random random, Sql key) {
    String direction = one(random, List.of("", " DESC"));
    return Sql.of(
        Kind.TEXT, "%s" + direction + one(random, List.of(" NULLS FIRST", " NULLS LAST")), key);
  }
}
