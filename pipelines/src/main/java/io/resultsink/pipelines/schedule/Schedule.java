package io.resultsink.pipelines.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A query and its times.
 *
 * @param name 3 to 255 characters of a-z, 0-9 and _
 * @param key the beginning of its run ids, which stays when the schedule is renamed
 * @param delay the time from a tick to the start of its run
 * @param retries how many attempts follow the first one that fails
 * @param paused whether it has no ticks until it is resumed
 * @param nextTick the next tick to be planned; null if there is none, or it is paused
 */
@Internal
public record Schedule(
    String name,
    String key,
    Cron cron,
    Duration delay,
    ScheduledQuery query,
    MissedTicks missed,
    Overlap overlap,
    int retries,
    boolean paused,
    @Nullable Instant nextTick) {

  /** The default number of attempts after a failure. */
  public static final int DEFAULT_RETRIES = 3;

  /** The most retries; more would wait for days. */
  public static final int MOST_RETRIES = 10;

  // The most characters of a key, because a run id with the tick has at most 200.
  private static final int KEY_NAME = 120;
  private static final int KEY_DIGITS = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(2);

  /** Creates a schedule with the defaults, which ticks once it is stored. */
  public static Schedule create(String name, Cron cron, Duration delay, ScheduledQuery query) {
    String begin = name.substring(0, Math.min(name.length(), KEY_NAME));
    String key = begin + "." + UUID.randomUUID().toString().substring(0, KEY_DIGITS);
    return new Schedule(
        checkName(name),
        key,
        cron,
        delay,
        query,
        MissedTicks.LAST,
        Overlap.WAIT,
        DEFAULT_RETRIES,
        false,
        null);
  }

  /** Returns the start of its next tick's run. */
  public Optional<Instant> nextStart() {
    return Optional.ofNullable(nextTick).map(tick -> tick.plus(delay));
  }

  /** Returns the wait after failure number {@code failures}: 1, 5, 25 minutes, ... */
  static Duration pauseAfter(int failures) {
    Duration pause = FIRST_PAUSE;
    for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
      pause = pause.multipliedBy(5);
    }
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /**
   * Checks a name and returns it.
   *
   * @throws ScheduleException if it is not valid
   */
  public static String checkName(String name) {
    if (!name.matches("[a-z0-9_]{3,255}")) {
      throw new ScheduleException(
          "'" + name + "' cannot name a schedule; use 3 to 255 of a-z, 0-9 and _");
    }
    return name;
  }

  /** Returns the schedule with other options. */
  public Schedule with(MissedTicks missedTicks, Overlap overlapping, int retriesAfter) {
    return new Schedule(
        name, key, cron, delay, query, missedTicks, overlapping, retriesAfter, paused, nextTick);
  }

  /** Returns the schedule under another name. */
  public Schedule named(String newName) {
    return new Schedule(
        checkName(newName), key, cron, delay, query, missed, overlap, retries, paused, nextTick);
  }

  /** Returns the schedule with another query. */
  public Schedule running(ScheduledQuery newQuery) {
    return new Schedule(
        name, key, cron, delay, newQuery, missed, overlap, retries, paused, nextTick);
  }

  /** Returns the schedule at other times; {@link #ticking} sets its next tick. */
  public Schedule at(Cron newCron, Duration newDelay) {
    return new Schedule(
        name, key, newCron, newDelay, query, missed, overlap, retries, paused, nextTick);
  }

  /** Returns the schedule with ticks from {@code now} on. */
  Schedule tickingFrom(Instant now) {
    return paused(paused, now);
  }

  /**
   * Returns the schedule with the next tick of {@code current}, so that no tick is planned twice.
   * If its times have changed, it ticks from {@code now} on.
   */
  public Schedule ticking(Schedule current, Instant now) {
    boolean same =
        cron.text().equals(current.cron.text()) && cron.zone().equals(current.cron.zone());
    Instant next = same || current.paused ? current.nextTick : cron.next(now).orElse(null);
    return new Schedule(
        name, key, cron, delay, query, missed, overlap, retries, current.paused, next);
  }

  /** Returns the schedule without ticks, or with ticks from {@code now} on. */
  public Schedule paused(boolean pause, Instant now) {
    Instant next = pause ? null : cron.next(now).orElse(null);
    return new Schedule(name, key, cron, delay, query, missed, overlap, retries, pause, next);
  }
}
