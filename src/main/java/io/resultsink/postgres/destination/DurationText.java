package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as options write them: a whole number and one of PostgreSQL's units, {@code ms}, {@code
 * s}, {@code min}, {@code h}, {@code d}, such as {@code 100ms} or {@code 5min}.
 *
 * <p>A unit is always written: PostgreSQL's default of milliseconds is easily taken for seconds.
 */
final class DurationText {

  private static final Pattern FORM = Pattern.compile("([0-9]+)(ms|s|min|h|d)");

  private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("d", Duration.ofDays(1));
    UNITS.put("h", Duration.ofHours(1));
    UNITS.put("min", Duration.ofMinutes(1));
    UNITS.put("s", Duration.ofSeconds(1));
    UNITS.put("ms", Duration.ofMillis(1));
  }

  private DurationText() {}

  /** The duration of an option, between 1 ms and {@code longest}. */
  static Duration parse(String option, String text, Duration longest) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidTargetException(
          option
              + " '"
              + text
              + "' is not a duration; use a whole number with ms, s, min, h or d, such as 100ms or"
              + " 5min");
    }
    Duration unit = UNITS.get(matcher.group(2));
    try {
      Duration duration = unit.multipliedBy(Long.parseLong(matcher.group(1)));
      if (!duration.isZero() && duration.compareTo(longest) <= 0) {
        return duration;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // Longer than anything that can be counted: out of range, as below.
    }
    throw new InvalidTargetException(
        option + " '" + text + "' is out of range; use 1ms to " + render(longest));
  }

  /**
   * In the largest unit that is exact. What no unit can write is shown as {@link Duration} does.
   */
  static String render(Duration duration) {
    if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
      return duration.toString();
    }
    for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
      long count = duration.dividedBy(unit.getValue());
      if (count > 0 && unit.getValue().multipliedBy(count).equals(duration)) {
        return count + unit.getKey();
      }
    }
    return duration.toMillis() + "ms";
  }
}
