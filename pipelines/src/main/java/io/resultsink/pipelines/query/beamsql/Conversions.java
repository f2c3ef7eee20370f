package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Casts that keep the value, round it as PostgreSQL and DuckDB do, or fail.
 *
 * <p>The class is public, because Beam SQL's generated code calls it. NULL stays NULL.
 */
public final class Conversions {

  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]{1,4})?");

  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2})"
              + "(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?)Z?)?");

  private static final BigDecimal SMALLEST = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Conversions() {}

  private static ValueException failure(String from, String to) {
    return new ValueException(
        "a CAST to %s met a %s that is not one; filter such rows out first".formatted(to, from));
  }

  /** Returns the same value, because a type's precision does not limit its values. */
  public static @Nullable BigDecimal same(@Nullable BigDecimal value) {
    return value;
  }

  public static @Nullable BigDecimal toDecimal(@Nullable Long value) {
    return value == null ? null : BigDecimal.valueOf(value);
  }

  /**
   * Rounds to {@code scale} digits after the point; fails if the value needs more digits than the
   * precision.
   */
  public static @Nullable BigDecimal toDecimal(
      @Nullable BigDecimal value, @Nullable Long precision, @Nullable Long scale) {
    if (value == null || precision == null || scale == null) {
      return null;
    }
    BigDecimal rounded = value.setScale(Math.toIntExact(scale), RoundingMode.HALF_UP);
    if (rounded.precision() > precision) {
      throw new ValueException(
          "a value does not fit DECIMAL(%d, %d); CAST it AS a wider one"
              .formatted(precision, scale));
    }
    return rounded;
  }

  public static @Nullable BigDecimal toDecimal(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String value = text.trim();
    if (!NUMBER.matcher(value).matches()) {
      throw failure("text", "DECIMAL");
    }
    return new BigDecimal(value);
  }

  public static @Nullable Double toDouble(@Nullable Long value) {
    return value == null ? null : Double.valueOf(value);
  }

  public static @Nullable Double toDouble(@Nullable Float value) {
    return value == null ? null : Double.valueOf(value);
  }

  public static @Nullable Double toDouble(@Nullable BigDecimal value) {
    return value == null ? null : Double.valueOf(value.doubleValue());
  }

  public static @Nullable Double toDouble(@Nullable String text) {
    BigDecimal value = toDecimal(text);
    if (value == null) {
      return null;
    }
    double nearest = value.doubleValue();
    if (Double.isInfinite(nearest)) {
      throw failure("text", "DOUBLE");
    }
    return nearest;
  }

  public static @Nullable Long toLong(@Nullable BigDecimal value) {
    return value == null ? null : inRange(value.setScale(0, RoundingMode.HALF_UP), "DECIMAL");
  }

  /** Rounds half to even, as PostgreSQL and DuckDB do with doubles. */
  public static @Nullable Long toLong(@Nullable Double value) {
    if (value == null) {
      return null;
    }
    if (!Double.isFinite(value)) {
      throw failure("DOUBLE", "BIGINT");
    }
    return inRange(new BigDecimal(Math.rint(value)), "DOUBLE");
  }

  private static Long inRange(BigDecimal whole, String from) {
    if (whole.compareTo(SMALLEST) < 0 || whole.compareTo(LARGEST) > 0) {
      throw failure(from, "BIGINT");
    }
    return whole.longValueExact();
  }

  public static @Nullable Long toLong(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String value = text.trim();
    if (!INTEGER.matcher(value).matches()) {
      throw failure("text", "BIGINT");
    }
    return inRange(new BigDecimal(value), "text");
  }

  /** Returns a difference of timestamps; fails out of INTEGER's range. */
  public static @Nullable Integer toInteger(@Nullable Long value) {
    if (value == null) {
      return null;
    }
    if (value != value.intValue()) {
      throw new ValueException(
          "a TIMESTAMPDIFF is out of INTEGER's range; take it in a larger unit");
    }
    return value.intValue();
  }

  /** Returns milliseconds since 1970 of a timestamp in ISO 8601 or SQL's form, in UTC. */
  public static @Nullable Long toTimestamp(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher parts = TIMESTAMP.matcher(text.trim());
    if (!parts.matches()) {
      throw failure("text", "TIMESTAMP");
    }
    String time = parts.group(2) == null ? "T00:00" : "T" + parts.group(2);
    try {
      Instant instant = LocalDateTime.parse(parts.group(1) + time).toInstant(ZoneOffset.UTC);
      if (instant.getNano() % 1_000_000 != 0) {
        throw failure("text of microseconds", "TIMESTAMP, which has milliseconds");
      }
      return instant.toEpochMilli();
    } catch (DateTimeException e) {
      throw failure("text", "TIMESTAMP");
    }
  }

  /** Returns days since 1970 of a date in ISO 8601's form. */
  public static @Nullable Integer toDate(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return Math.toIntExact(LocalDate.parse(text.trim()).toEpochDay());
    } catch (DateTimeException e) {
      throw failure("text", "DATE");
    }
  }

  public static @Nullable String toText(@Nullable Long value) {
    return value == null ? null : value.toString();
  }

  public static @Nullable String toText(@Nullable Boolean value) {
    return value == null ? null : value.toString();
  }

  /** Returns the same text for equal numbers such as 1.50 and 1.5, so that they are one key. */
  public static @Nullable BigDecimal asKey(@Nullable BigDecimal value) {
    return value == null ? null : value.stripTrailingZeros();
  }

  /** Returns the same number for equal doubles, for the two zeros, and for all NaNs. */
  public static @Nullable Long asKey(@Nullable Double value) {
    return value == null ? null : Long.valueOf(Double.doubleToLongBits(value + 0.0));
  }

  /** Returns the double of a key. */
  public static @Nullable Double ofKey(@Nullable Long key) {
    return key == null ? null : Double.valueOf(Double.longBitsToDouble(key));
  }
}
