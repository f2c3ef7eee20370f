package io.resultsink.pipelines.schedule;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a user's request, for ticks that may have run before.
 *
 * @param from the first tick, or a time before it; null for the last ticks
 * @param ticks the number of ticks
 * @param again whether ticks that were published are published again
 */
@Internal
public record Backfill(@Nullable Instant from, int ticks, boolean again) {

  private static final Duration LONGEST_SEARCH = Duration.ofDays(20 * 366);

  /**
   * The outcome.
   *
   * @param queued the ticks that run now
   * @param waiting the ticks that were queued already, or are running
   * @param done the ticks that were published before
   */
  public record Outcome(List<Instant> queued, List<Instant> waiting, List<Instant> done) {}

  /** Queues the runs, for one serving process only if it is given. */
  Outcome queue(Connection connection, Schedule schedule, Instant now, @Nullable UUID server)
      throws SQLException {
    Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    RunStore runs = new RunStore(connection);
    for (Instant tick : ticksOf(schedule, now)) {
      List<Run> known = runs.ofTick(schedule.key(), tick);
      Optional<Run> newest =
          known.isEmpty() ? Optional.empty() : Optional.of(known.get(known.size() - 1));
      RunState state = newest.map(Run::state).orElse(RunState.SKIPPED);
      if (!state.ended()) {
        outcome.waiting().add(tick);
      } else if (state == RunState.SUCCESS && !again) {
        outcome.done().add(tick);
      } else {
        if (newest.isPresent() && state != RunState.SUCCESS) {
          runs.queueAgain(newest.get(), server);
        } else {
          runs.queue(schedule, tick, newest.map(run -> run.repetition() + 1).orElse(0), server);
        }
        outcome.queued().add(tick);
      }
    }
    return outcome;
  }

  private List<Instant> ticksOf(Schedule schedule, Instant now) {
    if (schedule.cron().text().isEmpty()) {
      return ofQueryThatNeverTicks(schedule, now);
    }
    return from == null ? lastTicks(schedule, now) : ticksFrom(schedule, from, now);
  }

  private List<Instant> ofQueryThatNeverTicks(Schedule schedule, Instant now) {
    if (ticks > 1) {
      throw new ScheduleException(
          "'%s' has no cron, so it has no %d ticks; give one TIME, or set a cron"
              .formatted(schedule.name(), ticks));
    }
    return List.of(from == null ? now.truncatedTo(ChronoUnit.SECONDS) : from);
  }

  private List<Instant> ticksFrom(Schedule schedule, Instant begin, Instant now) {
    List<Instant> found = new ArrayList<>();
    Instant before = begin.minusNanos(1);
    while (found.size() < ticks) {
      Optional<Instant> tick = schedule.cron().next(before);
      if (tick.isEmpty() || tick.get().isAfter(now)) {
        throw new ScheduleException(
            "'%s' has ticked %d times since %s, not %d; future ticks cannot be run"
                .formatted(schedule.name(), found.size(), begin, ticks));
      }
      found.add(tick.get());
      before = tick.get();
    }
    return found;
  }

  private List<Instant> lastTicks(Schedule schedule, Instant now) {
    Duration back = Duration.ofHours(1);
    while (true) {
      List<Instant> found = new ArrayList<>();
      Optional<Instant> tick = schedule.cron().next(now.minus(back));
      while (tick.isPresent() && !tick.get().isAfter(now)) {
        found.add(tick.get());
        tick = schedule.cron().next(tick.get());
      }
      if (found.size() >= ticks || back.compareTo(LONGEST_SEARCH) > 0) {
        return found.subList(Math.max(0, found.size() - ticks), found.size());
      }
      back = back.multipliedBy(2);
    }
  }
}
