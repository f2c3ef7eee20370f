package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/** The result of a query, in any order of its rows. */
record Answer(List<String> names, List<Kind> kinds, List<List<@Nullable Object>> rows) {

  /** A value in a form that is the same for both engines. */
  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte) {
      return BigInteger.valueOf(((Number) value).longValue());
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.signum() == 0 ? BigDecimal.ZERO : decimal.stripTrailingZeros();
    }
    if (value instanceof ReadableInstant instant) {
      return LocalDateTime.ofEpochSecond(
          Math.floorDiv(instant.getMillis(), 1000L),
          (int) Math.floorMod(instant.getMillis(), 1000L) * 1_000_000,
          ZoneOffset.UTC);
    }
    return value;
  }

  /** Returns whether an integer of it is larger than Beam SQL's largest. */
  boolean isBeyondBigint() {
    return rows.stream()
        .flatMap(List::stream)
        .anyMatch(value -> value instanceof BigInteger integer && integer.bitLength() > 63);
  }

  /** What is different; null when nothing is. {@code inputs} is how many rows sums may have. */
  @Nullable String differenceTo(Answer other, int inputs) {
    if (!names.equals(other.names)) {
      return "columns %s and %s".formatted(names, other.names);
    }
    if (!kinds.equals(other.kinds)) {
      return "types %s and %s".formatted(kinds, other.kinds);
    }
    if (rows.size() != other.rows.size()) {
      return "%d and %d rows:\n  %s\n  %s"
          .formatted(rows.size(), other.rows.size(), sorted(rows), sorted(other.rows));
    }
    List<List<@Nullable Object>> ours = sorted(rows);
    List<List<@Nullable Object>> theirs = sorted(other.rows);
    for (int i = 0; i < ours.size(); i++) {
      for (int column = 0; column < names.size(); column++) {
        if (!same(ours.get(i).get(column), theirs.get(i).get(column), inputs)) {
          return "row %d, column %s: %s and %s:\n  %s\n  %s"
              .formatted(
                  i,
                  names.get(column),
                  ours.get(i).get(column),
                  theirs.get(i).get(column),
                  ours,
                  theirs);
        }
      }
    }
    return null;
  }

  private static boolean same(@Nullable Object one, @Nullable Object other, int inputs) {
    if (one instanceof Double a && other instanceof Double b) {
      return a.equals(b)
          || a.doubleValue() == b.doubleValue()
          || Math.abs(a - b) <= inputs * Math.ulp(Math.max(Math.abs(a), Math.abs(b)));
    }
    return one == null ? other == null : one.equals(other);
  }

  /** By all that is no double first: a double's last bits do not change the order of others. */
  private static List<List<@Nullable Object>> sorted(List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.comparing((List<@Nullable Object> row) -> text(row))
            .thenComparing(Answer::doubles));
    return sorted;
  }

  private static String text(List<@Nullable Object> row) {
    StringBuilder text = new StringBuilder();
    for (Object value : row) {
      text.append(value == null ? "\0" : value instanceof Double ? "" : value).append('|');
    }
    return text.toString();
  }

  private static int doubles(List<@Nullable Object> one, List<@Nullable Object> other) {
    for (int i = 0; i < one.size(); i++) {
      if (one.get(i) instanceof Double a && other.get(i) instanceof Double b) {
        int order = Double.compare(a + 0.0, b + 0.0);
        if (order != 0) {
          return order;
        }
      }
    }
    return 0;
  }
}
