package io.resultsink.pipelines.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A query and when it runs.
 *
 * @param name 3 to 255 of a-z, 0-9 and _
 * @param key what its run ids begin with; stays when the schedule gets another name
 * @param delay how long after a tick its run starts
 * @param retries how many attempts follow the first one that fails
 * @param paused whether it ticks no more until it is resumed
 * @param nextTick the next tick to be planned; null when there is none, or it is paused
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

  /** The number of attempts that follow a failure unless the user says otherwise. */
  public static final int DEFAULT_RETRIES = 3;

  /** More retries than this wait for days. */
  public static final int MOST_RETRIES = 10;

  // A run id has at most 200 characters, and the tick belongs to it.
  private static final int KEY_NAME = 120;
  private static final int KEY_DIGITS = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(2);

  /** A new one with the defaults, which ticks once it is kept. */
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

  /** Returns when the run of its next tick starts. */
  public Optional<Instant> nextStart() {
    return Optional.ofNullable(nextTick).map(tick -> tick.plus(delay));
  }

  /**
   * Returns how long the run waits after its failure number {@code failures}: 1, 5, 25 minutes, ...
   */
  static Duration pauseAfter(int failures) {
    Duration pause = FIRST_PAUSE;
    for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
      pause = pause.multipliedBy(5);
    }
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /**
   * The name, when it can be one.
   *
   * @throws ScheduleException when it cannot
   */
  public static String checkName(String name) {
    if (!name.matches("[a-z0-9_]{3,255}")) {
      throw new ScheduleException(
          "'" + name + "' cannot name a schedule; use 3 to 255 of a-z, 0-9 and _");
    }
    return name;
  }

  /** The same, other options. */
  public Schedule with(MissedTicks missedTicks, Overlap overlapping, int retriesAfter) {
    return new Schedule(
        name, key, cron, delay, query, missedTicks, overlapping, retriesAfter, paused, nextTick);
  }

  /** The same under another name. */
  public Schedule named(String newName) {
    return new Schedule(
        checkName(newName), key, cron, delay, query, missed, overlap, retries, paused, nextTick);
  }

  /** The same with another query. */
  public Schedule running(ScheduledQuery newQuery) {
    return new Schedule(
        name, key, cron, delay, newQuery, missed, overlap, retries, paused, nextTick);
  }

  /** The same at other times; which tick is the next is for {@link #ticking} to say. */
  public Schedule at(Cron newCron, Duration newDelay) {
    return new Schedule(
        name, key, newCron, newDelay, query, missed, overlap, retries, paused, nextTick);
  }

  /** The same, that ticks from {@code now} on. */
  Schedule tickingFrom(Instant now) {
    return paused(paused, now);
  }

  /**
   * The same, that goes on where {@code current} is now, so that nothing is planned twice; at other
   * times it ticks from {@code now} on.
   */
  public Schedule ticking(Schedule current, Instant now) {
    boolean same =
        cron.text().equals(current.cron.text()) && cron.zone().equals(current.cron.zone());
    Instant next = same || current.paused ? current.nextTick : cron.next(now).orElse(null);
    return new Schedule(
        name, key, cron, delay, query, missed, overlap, retries, current.paused, next);
  }

  /** The same without ticks, or with ticks from {@code now} on. */
  public Schedule paused(boolean pause, Instant now) {
    Instant next = pause ? null : cron.next(now).orElse(null);
    return new Schedule(name, key, cron, delay, query, missed, overlap, retries, pause, next);
  }
}
