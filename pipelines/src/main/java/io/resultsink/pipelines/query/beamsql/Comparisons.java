package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The order of values: numbers by value, text by code point, NaN above all numbers.
 *
 * <p>The class is public, because Beam SQL's generated code calls it. A comparison with NULL is
 * NULL.
 */
public final class Comparisons {

  private Comparisons() {}

  public static @Nullable Integer compare(@Nullable Long one, @Nullable Long other) {
    return one == null || other == null ? null : Integer.valueOf(Long.compare(one, other));
  }

  public static @Nullable Integer compare(@Nullable Double one, @Nullable Double other) {
    return one == null || other == null ? null : Integer.valueOf(ofDoubles(one, other));
  }

  public static @Nullable Integer compare(@Nullable BigDecimal one, @Nullable BigDecimal other) {
    return one == null || other == null ? null : Integer.valueOf(one.compareTo(other));
  }

  public static @Nullable Integer compare(@Nullable String one, @Nullable String other) {
    return one == null || other == null ? null : Integer.valueOf(ofTexts(one, other));
  }

  private static int ofDoubles(double one, double other) {
    return one == other ? 0 : Double.compare(one, other);
  }

  /** Compares in UTF-8's order: characters beyond 16 bits come last, unlike in Java's order. */
  private static int ofTexts(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        boolean bothOrNone = Character.isSurrogate(a) == Character.isSurrogate(b);
        return bothOrNone ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /** Compares two values of a column, neither of them NULL. */
  @SuppressWarnings("unchecked")
  static int ofValues(Object one, Object other) {
    if (one instanceof Double a && other instanceof Double b) {
      return ofDoubles(a, b);
    }
    if (one instanceof Float a && other instanceof Float b) {
      return ofDoubles(a, b);
    }
    if (one instanceof String a && other instanceof String b) {
      return ofTexts(a, b);
    }
    return ((Comparable<Object>) one).compareTo(other);
  }

  public static @Nullable Boolean equal(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order == 0);
  }

  public static @Nullable Boolean different(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order != 0);
  }

  public static @Nullable Boolean less(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order < 0);
  }

  public static @Nullable Boolean lessOrEqual(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order <= 0);
  }

  public static @Nullable Boolean greater(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order > 0);
  }

  public static @Nullable Boolean greaterOrEqual(@Nullable Integer order) {
    return order == null ? null : Boolean.valueOf(order >= 0);
  }
}
