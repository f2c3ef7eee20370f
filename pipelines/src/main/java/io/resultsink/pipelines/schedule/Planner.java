package io.resultsink.pipelines.schedule;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Turns ticks into runs when their time has come. */
final class Planner {

  /** A run that starts later than this was missed; servers look every second. */
  static final Duration PUNCTUAL = Duration.ofMinutes(1);

  /** So many missed ticks are recorded one by one, the newest. */
  static final int MOST_RECORDED = 100;

  private static final Duration KEPT = Duration.ofDays(400);

  private final HomeDatabase home;

  Planner(HomeDatabase home) {
    this.home = home;
  }

  /** Plans all ticks whose runs are to start by now; each schedule in a transaction of its own. */
  void plan(Instant now) {
    while (home.transaction(connection -> planNext(connection, now))) {
      // the next one
    }
  }

  private static boolean planNext(Connection connection, Instant now) throws SQLException {
    ScheduleStore schedules = new ScheduleStore(connection);
    Optional<Schedule> due = schedules.lockDue(now);
    if (due.isEmpty()) {
      return false;
    }
    Schedule schedule = due.get();
    List<Instant> ticks = new ArrayList<>();
    Optional<Instant> tick = Optional.ofNullable(schedule.nextTick());
    while (tick.isPresent() && !tick.get().plus(schedule.delay()).isAfter(now)) {
      ticks.add(tick.get());
      tick = schedule.cron().next(tick.get());
    }
    RunStore runs = new RunStore(connection);
    queue(runs, schedule, ticks, now);
    runs.forget(schedule, now.minus(KEPT));
    schedules.setNextTick(schedule, tick.orElse(null));
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
    List<Run> unfinished = runs.unfinished(schedule);
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
