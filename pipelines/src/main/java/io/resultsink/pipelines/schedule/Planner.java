package io.resultsink.pipelines.schedule;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The planner, which turns ticks into runs when their time has come, by the clock of the schedules
 * database.
 */
final class Planner {

  private static final Logger log = LoggerFactory.getLogger(Planner.class);

  /** The delay after which a tick counts as missed; serving processes look every second. */
  static final Duration PUNCTUAL = Duration.ofMinutes(1);

  /** The most that two clocks may differ. Beyond that one is wrong, and it is not known which. */
  static final Duration MOST_APART = Duration.ofMinutes(1);

  /** The most missed ticks that are recorded one by one: the newest. */
  static final int MOST_RECORDED = 100;

  private static final Duration KEPT = Duration.ofDays(400);

  /** The pause between checks of all schedules, and not only of those that are due. */
  private static final Duration REVIEW = Duration.ofMinutes(1);

  private final ScheduleDatabase database;
  private Instant reviewed = Instant.MIN;

  Planner(ScheduleDatabase database) {
    this.database = database;
  }

  /**
   * Plans all ticks whose runs must start by now, each schedule in a separate transaction.
   *
   * @param processTime by the clock of this machine
   * @return the problem of each schedule that cannot be planned, by name
   * @throws ClockException if the clocks are more than a minute apart; nothing is planned then
   */
  Map<String, String> plan(Instant processTime) {
    Instant now = database.now();
    Duration apart = Duration.between(now, processTime);
    if (apart.abs().compareTo(MOST_APART) > 0) {
      throw new ClockException(database.toString(), apart);
    }
    if (reviewed.isBefore(now.minus(REVIEW)) || reviewed.isAfter(now)) {
      review(now);
      reviewed = now;
    }
    Set<String> unreadable = new HashSet<>();
    Map<String, String> problems = new HashMap<>();
    while (database.transaction(connection -> planNext(connection, now, unreadable, problems))) {
      // the next tick
    }
    return problems;
  }

  /**
   * Corrects next ticks that a wrong clock has put too far into the future, because the schedule
   * would not run until then.
   */
  private void review(Instant now) {
    database.transaction(
        connection -> {
          ScheduleStore schedules = new ScheduleStore(connection);
          for (StoredSchedule stored : schedules.all()) {
            Schedule schedule = stored.schedule();
            if (schedule == null || schedule.nextTick() == null) {
              continue;
            }
            Optional<Instant> next = schedule.cron().next(now);
            if (next.isPresent() && schedule.nextTick().isAfter(next.get())) {
              log.warn(
                  "schedule {} has its next tick at {}, but one is due at {}; a wrong clock has"
                      + " planned it",
                  schedule.name(),
                  schedule.nextTick(),
                  next.get());
              schedules.pullBack(schedule, next.get());
            }
          }
          return now;
        });
  }

  private static boolean planNext(
      Connection connection, Instant now, Set<String> unreadable, Map<String, String> problems)
      throws SQLException {
    ScheduleStore schedules = new ScheduleStore(connection);
    Optional<StoredSchedule> due = schedules.lockDue(now, unreadable);
    if (due.isEmpty()) {
      return false;
    }
    String key = due.get().key();
    Schedule schedule = due.get().schedule();
    if (schedule == null) {
      String problem = "on " + LivingProcess.host() + ": " + due.get().problem();
      schedules.setProblem(key, problem);
      problems.put(due.get().name(), problem);
      unreadable.add(key);
      return true;
    }
    List<Instant> ticks = new ArrayList<>();
    Optional<Instant> tick = Optional.ofNullable(schedule.nextTick());
    while (tick.isPresent() && !tick.get().plus(schedule.delay()).isAfter(now)) {
      ticks.add(tick.get());
      tick = schedule.cron().next(tick.get());
    }
    RunStore runs = new RunStore(connection);
    queue(runs, schedule, ticks, now);
    runs.forget(key, now.minus(KEPT));
    schedules.setNextTick(schedule, tick.orElse(null));
    schedules.setProblem(key, null);
    return true;
  }

  private static void queue(RunStore runs, Schedule schedule, List<Instant> ticks, Instant now)
      throws SQLException {
    Instant last = ticks.get(ticks.size() - 1);
    List<Instant> missed = ticks.subList(0, ticks.size() - 1);
    if (schedule.missed() == MissedTicks.ALL) {
      for (Instant tick : missed) {
        runs.queue(schedule, tick, 0, null);
      }
    } else {
      for (Instant tick : newest(missed)) {
        runs.skip(schedule, tick, "missed: no pgresult serve was running");
      }
    }
    boolean late = last.plus(schedule.delay()).plus(PUNCTUAL).isBefore(now);
    List<Run> unfinished = runs.unfinished(schedule.key());
    if (late && schedule.missed() == MissedTicks.SKIP) {
      runs.skip(schedule, last, "missed: no pgresult serve was running");
    } else if (schedule.overlap() == Overlap.SKIP && !unfinished.isEmpty()) {
      runs.skip(schedule, last, "the run of " + unfinished.get(0).tick() + " had not ended");
    } else {
      runs.queue(schedule, last, 0, null);
    }
  }

  private static Deque<Instant> newest(List<Instant> ticks) {
    return new ArrayDeque<>(ticks.subList(Math.max(0, ticks.size() - MOST_RECORDED), ticks.size()));
  }
}
