package io.resultsink.pipelines.command;

import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.schedule.Run;
import io.resultsink.pipelines.schedule.Schedule;
import io.resultsink.pipelines.schedule.ScheduledQuery;
import io.resultsink.pipelines.schedule.StoredSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The text form of schedules and runs; times are in the schedule's time zone. */
final class ScheduleText {

  static final List<String> LIST =
      List.of("name", "cron", "timezone", "next", "delay", "result", "database", "query");

  static final List<String> HISTORY =
      List.of("scheduled", "state", "started", "took", "rows", "rejected", "error");

  private static final int MOST_OF_SQL = 40;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private ScheduleText() {}

  /** Returns a time such as {@code 2026-11-22 10:00:00} in that zone. */
  static String time(Instant instant, ZoneId zone) {
    return TIME.format(instant.atZone(zone));
  }

  /** Returns the time with its zone. */
  static String timeAndZone(Instant instant, ZoneId zone) {
    return time(instant, zone) + " " + zone.getId();
  }

  /** Returns when the next run starts: a time, {@code never} or {@code paused}. */
  static String next(Schedule schedule) {
    if (schedule.paused()) {
      return "paused";
    }
    return schedule.nextStart().map(at -> time(at, schedule.cron().zone())).orElse("never");
  }

  /** Returns a line of the list. A value that cannot be read is shown as it is stored. */
  static List<@Nullable String> row(StoredSchedule stored) {
    Schedule schedule = stored.schedule();
    return schedule == null
        ? Arrays.asList(
            stored.name(), stored.cron(), stored.zone(), "unreadable", null, null, null, null)
        : row(schedule);
  }

  private static List<@Nullable String> row(Schedule schedule) {
    ScheduledQuery query = schedule.query();
    return Arrays.asList(
        schedule.name(),
        schedule.cron().text(),
        schedule.cron().zone().getId(),
        next(schedule),
        Long.toString(schedule.delay().toSeconds()),
        ScheduleArguments.shownResult(query.result()),
        ScheduleArguments.shownDatabase(query.database()),
        shortened(query.sql()));
  }

  private static String shortened(String sql) {
    String line = sql.strip().replaceAll("\\s+", " ");
    return line.length() <= MOST_OF_SQL ? line : line.substring(0, MOST_OF_SQL - 3) + "...";
  }

  static List<@Nullable String> row(Run run, ZoneId zone) {
    String again = run.repetition() == 0 ? "" : " again " + run.repetition();
    Instant started = run.startedAt();
    Instant ended = run.endedAt();
    return Arrays.asList(
        time(run.tick(), zone) + again,
        run.state().name().toLowerCase(Locale.ROOT),
        started == null ? null : time(started, zone),
        started == null || ended == null ? null : Figures.took(Duration.between(started, ended)),
        run.rows() == null ? null : Figures.count(run.rows()),
        run.rejected() == null ? null : Figures.count(run.rejected()),
        run.error());
  }

  /** Returns all values of a schedule, one a line. */
  static List<String> lines(Schedule schedule) {
    ScheduledQuery query = schedule.query();
    List<String> lines = new ArrayList<>(head(schedule));
    lines.add(
        line(
            "database",
            ScheduleArguments.shownDatabase(query.database()) + at(query.databasePassword())));
    lines.add(
        line(
            "policy",
            "missed ticks: %s, overlap: %s"
                .formatted(
                    schedule.missed().name().toLowerCase(Locale.ROOT),
                    schedule.overlap().name().toLowerCase(Locale.ROOT))));
    if (query.engine() != null) {
      lines.add(line("engine", query.engine()));
    }
    query.types().forEach((column, type) -> lines.add(line("type", column + "=" + type)));
    query.nulls().forEach(text -> lines.add(line("null", text)));
    if (!query.runnerOptions().isEmpty()) {
      lines.add(line("runner", String.join(" ", query.runnerOptions())));
    }
    lines.add(line("run ids", schedule.key() + " TICK"));
    lines.add(line("query", query.sql().replace("\n", "\n          ")));
    return lines;
  }

  /** Returns the header of a history. */
  static List<String> head(Schedule schedule) {
    String cron = schedule.cron().text();
    String delay =
        schedule.delay().isZero() ? "" : ", " + schedule.delay().toSeconds() + " s after the tick";
    return List.of(
        line("name", schedule.name()),
        line(
            "cron",
            (cron.isEmpty() ? "none" : cron) + " (" + schedule.cron().zone().getId() + ")" + delay),
        line("next", next(schedule)),
        line(
            "result",
            ScheduleArguments.shownResult(schedule.query().result())
                + at(schedule.query().resultPassword())),
        line("retries", Integer.toString(schedule.retries())));
  }

  private static String at(@Nullable String passwordReference) {
    return passwordReference == null ? "" : ", password " + passwordReference;
  }

  private static String line(String label, String text) {
    return "%-9s %s".formatted(label, text);
  }
}
