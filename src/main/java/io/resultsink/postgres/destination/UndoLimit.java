package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.internal.url.DurationText;
import java.io.Serializable;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The replaced versions of a table that are kept: so many, or those of so long.
 *
 * @param versions the most versions; 0 for none, not looked at when there is an age
 * @param age the age since they were replaced after which they go; null for any
 */
public record UndoLimit(int versions, @Nullable Duration age) implements Serializable {

  /** No version. */
  public static final UndoLimit NONE = new UndoLimit(0, null);

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern DURATION = Pattern.compile("[0-9]+(ms|s|min|h|d)");
  private static final int MOST_VERSIONS = 1_000;
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** The last so many versions. */
  public static UndoLimit ofVersions(int versions) {
    return new UndoLimit(versions, null);
  }

  /** The versions that were replaced no longer ago than this. */
  public static UndoLimit ofAge(Duration age) {
    return new UndoLimit(0, age);
  }

  /** Returns whether nothing is kept. */
  public boolean isNone() {
    return versions == 0 && age == null;
  }

  /** Returns the limit as a URL writes it, {@code 3} or {@code 7d}. */
  public String text() {
    return age == null ? Integer.toString(versions) : DurationText.render(age);
  }

  /**
   * Returns the limit that a text says.
   *
   * @throws InvalidTargetException when it is none
   */
  public static UndoLimit parse(String option, String text) {
    if (NUMBER.matcher(text).matches()) {
      return ofVersions(text.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(text));
    }
    if (!DURATION.matcher(text).matches()) {
      throw new InvalidTargetException(
          option
              + " '"
              + text
              + "' is neither a number of versions nor a duration; use a number such as 3, or a"
              + " duration such as 7d");
    }
    return ofAge(DurationText.parse(option, text));
  }

  /** Requires a number or a duration that can be counted. */
  static void check(String option, String shown, UndoLimit limit) {
    Duration age = limit.age();
    if (age != null) {
      DurationText.check(option, shown, age, LONGEST);
    } else if (limit.versions() < 0 || limit.versions() > MOST_VERSIONS) {
      throw new InvalidTargetException(
          option
              + " '"
              + shown
              + "' is out of range; use 0 to "
              + MOST_VERSIONS
              + " versions, or a duration");
    }
  }
}
