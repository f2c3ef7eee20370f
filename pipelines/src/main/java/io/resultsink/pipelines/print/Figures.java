package io.resultsink.pipelines.print;

import java.time.Duration;
import java.util.Locale;
import org.apache.beam.sdk.annotations.Internal;

/** The text of figures such as times and counts. */
@Internal
public final class Figures {

  private Figures() {}

  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns a count such as {@code 1 row} or {@code 2 rows}. */
  public static String counted(long number, String one) {
    return count(number) + " " + (number == 1 ? one : one + "s");
  }

  /**
   * Returns a duration such as {@code 45 ms}, {@code 2.6 s}, {@code 4 min 10 s} or {@code 2 h 5
   * min}.
   */
  public static String took(Duration time) {
    if (time.toMillis() < 1000) {
      return time.toMillis() + " ms";
    }
    if (time.toSeconds() < 60) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
    return time.toHours() < 1
        ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
        : time.toHours() + " h " + time.toMinutesPart() + " min";
  }

  /** Returns an age in its largest unit, such as {@code 12 s}, {@code 5 min} or {@code 3 days}. */
  public static String age(Duration time) {
    if (time.toSeconds() < 60) {
      return Math.max(0, time.toSeconds()) + " s";
    }
    if (time.toMinutes() < 60) {
      return time.toMinutes() + " min";
    }
    return time.toHours() < 48 ? time.toHours() + " h" : time.toDays() + " days";
  }

  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double amount = bytes / 1024.0;
    String unit = "KB";
    for (String larger : new String[] {"MB", "GB", "TB"}) {
      if (amount < 1024) {
        break;
      }
      amount /= 1024;
      unit = larger;
    }
    return String.format(Locale.ROOT, "%.1f %s", amount, unit);
  }

  /** Returns the beginning of a generated run id, long enough to tell two apart. */
  public static String shortRun(String runId) {
    return runId.matches("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
        ? runId.substring(0, 8)
        : runId;
  }
}
