package io.resultsink.pipelines.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The times at which a schedule ticks: minute, hour, day of the month, month and day of the week,
 * in a time zone.
 *
 * <p>When clocks go forward, all skipped ticks at fixed hours are one tick at that moment. When
 * clocks go back, a fixed hour that comes twice ticks once, the first time. With every hour ({@code
 * *}), a tick comes for each hour that passes.
 */
@Internal
public final class Cron {

  private static final Map<String, String> NICKNAMES =
      new TreeMap<>(Map.of("@hourly", "0 * * * *", "@daily", "0 0 * * *", "@monthly", "0 0 1 * *"));

  private static final Set<String> EVERY_HOUR = Set.of("*", "*/1", "0-23");

  private static final int FIELDS = 5;

  private final String text;
  private final ZoneId zone;
  private final @Nullable ExecutionTime times;
  private final boolean everyHour;

  private Cron(String text, ZoneId zone, @Nullable ExecutionTime times, boolean everyHour) {
    this.text = text;
    this.zone = zone;
    this.times = times;
    this.everyHour = everyHour;
  }

  /**
   * Reads five fields or a nickname; the empty text never ticks.
   *
   * @throws ScheduleException if it is neither, or no date ever matches it
   */
  public static Cron parse(String text, ZoneId zone) {
    String given = text.strip();
    if (given.isEmpty()) {
      return new Cron("", zone, null, false);
    }
    String fields = given.startsWith("@") ? nickname(given) : given;
    String[] parts = fields.split("\\s+");
    if (parts.length != FIELDS) {
      throw invalid(given, "it has " + parts.length + " fields, not 5");
    }
    if (fields.contains("|")) {
      throw invalid(given, "'|' is not accepted in it");
    }
    Cron cron =
        new Cron(String.join(" ", given.split("\\s+")), zone, times(given, fields), every(parts));
    if (cron.next(Instant.EPOCH).isEmpty()) {
      throw invalid(given, "no date ever matches it");
    }
    return cron;
  }

  /**
   * Reads a time zone by its IANA name.
   *
   * @throws ScheduleException if there is none of this name
   */
  public static ZoneId zone(String name) {
    if (!ZoneId.getAvailableZoneIds().contains(name)) {
      throw new ScheduleException(
          "time zone '" + name + "' is not known; use an IANA name such as America/Los_Angeles");
    }
    return ZoneId.of(name);
  }

  private static ExecutionTime times(String given, String fields) {
    try {
      CronParser parser =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
      return ExecutionTime.forCron(parser.parse(fields));
    } catch (IllegalArgumentException e) {
      throw invalid(given, reason(String.valueOf(e.getMessage())));
    }
  }

  private static boolean every(String[] parts) {
    return EVERY_HOUR.contains(parts[1]);
  }

  private static String nickname(String name) {
    String fields = NICKNAMES.get(name);
    if (fields == null) {
      throw invalid(name, "of names there are " + String.join(", ", NICKNAMES.keySet()));
    }
    return fields;
  }

  private static String reason(String message) {
    String reason = message.replaceFirst("^Failed to parse cron expression. ", "");
    return reason.isEmpty() ? "not understood" : reason.replaceFirst("[.!]$", "");
  }

  private static ScheduleException invalid(String text, String why) {
    return new ScheduleException(
        """
        cron '%s' is not valid: %s
          it is: minute hour day month weekday, each *, a number or name, 1-5, 1,3 or */15
          '*/15 * * * *'   every 15 minutes       '0 9 * * mon-fri'  weekdays at 9:00
          '0 0 1 * *'      the first of a month   ''                 never
          @hourly, @daily and @monthly are short for the usual ones\
        """
            .formatted(text, why));
  }

  /** Returns the text as it was written; empty for never. */
  public String text() {
    return text;
  }

  /** Returns its time zone. */
  public ZoneId zone() {
    return zone;
  }

  /** Returns the first tick after {@code instant}; none if it never ticks. */
  public Optional<Instant> next(Instant instant) {
    if (times == null) {
      return Optional.empty();
    }
    return everyHour ? nextByTimePassed(instant) : nextByClock(instant);
  }

  private Optional<Instant> nextByClock(Instant after) {
    LocalDateTime clock = LocalDateTime.ofInstant(after, zone);
    while (true) {
      Optional<LocalDateTime> next = nextOnClock(clock);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      clock = next.get();
      Instant instant = firstTimeOf(clock);
      if (instant.isAfter(after)) {
        return Optional.of(instant);
      }
    }
  }

  private Instant firstTimeOf(LocalDateTime clock) {
    ZoneOffsetTransition change = zone.getRules().getTransition(clock);
    return change != null && change.isGap() ? change.getInstant() : clock.atZone(zone).toInstant();
  }

  private Optional<Instant> nextByTimePassed(Instant after) {
    ZoneRules rules = zone.getRules();
    Instant since = after;
    ZoneOffset offset = rules.getOffset(after);
    LocalDateTime clock = LocalDateTime.ofInstant(after, offset);
    while (true) {
      Optional<LocalDateTime> next = nextOnClock(clock);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      Instant instant = next.get().toInstant(offset);
      ZoneOffsetTransition change = rules.nextTransition(since);
      if (change == null || instant.isBefore(change.getInstant())) {
        return Optional.of(instant);
      }
      since = change.getInstant();
      offset = change.getOffsetAfter();
      clock = change.getDateTimeAfter().minusSeconds(1);
    }
  }

  /** Returns the first tick on a clock that never goes forward or back. */
  private Optional<LocalDateTime> nextOnClock(LocalDateTime after) {
    return times == null
        ? Optional.empty()
        : times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
  }

  @Override
  public String toString() {
    return text;
  }
}
