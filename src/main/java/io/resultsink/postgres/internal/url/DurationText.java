package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as options write them: a whole number and one of PostgreSQL's units, {@code ms}, {@code
 * s}, {@code min}, {@code h}, {@code d}, such as {@code 100ms} or {@code 5min}.
 *
 * <p>A unit is always written: PostgreSQL's default of milliseconds is easily taken for seconds.
 */
public final class DurationText {

  private static final Pattern FORM = Pattern.compile("([0-9]+)(ms|s|min|h|d)");

  /** In milliseconds, the largest first. */
  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("d", 86_400_000L);
    UNITS.put("h", 3_600_000L);
    UNITS.put("min", 60_000L);
    UNITS.put("s", 1000L);
    UNITS.put("ms", 1L);
  }

  /** Longer than any option permits, and short enough to be counted in milliseconds. */
  private static final Duration COUNTABLE = Duration.ofDays(1_000_000);

  private DurationText() {}

  /** Reads the duration of an option. A longer one than {@link #LONGEST} becomes that. */
  public static Duration parse(String option, String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw malformed(option, text);
    }
    try {
      long count = Long.parseLong(matcher.group(1));
      return Duration.ofMillis(
          Math.multiplyExact(count, Objects.requireNonNull(UNITS.get(matcher.group(2)))));
    } catch (NumberFormatException | ArithmeticException e) {
      return Duration.ofSeconds(Long.MAX_VALUE);
    }
  }

  /** Requires a whole number of milliseconds, between 1 and {@code longest}. */
  public static void check(String option, String shown, Duration duration, Duration longest) {
    if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
      throw malformed(option, shown);
    }
    if (duration.isZero() || duration.compareTo(longest) > 0) {
      throw new InvalidTargetException(
          option + " '" + shown + "' is out of range; use 1ms to " + render(longest));
    }
  }

  private static InvalidTargetException malformed(String option, String text) {
    return new InvalidTargetException(
        option
            + " '"
            + text
            + "' is not a duration; use a whole number with ms, s, min, h or d, such as 100ms or"
            + " 5min");
  }

  /**
   * Writes a duration in the largest unit that is exact, or as {@link Duration} does if no unit is.
   */
  public static String render(Duration duration) {
    boolean writable = duration.toNanosPart() % 1_000_000 == 0;
    if (!writable || duration.isNegative() || duration.compareTo(COUNTABLE) > 0) {
      return duration.toString();
    }
    long milliseconds = duration.toMillis();
    for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
      if (milliseconds > 0 && milliseconds % unit.getValue() == 0) {
        return milliseconds / unit.getValue() + unit.getKey();
      }
    }
    return "0ms";
  }
}
