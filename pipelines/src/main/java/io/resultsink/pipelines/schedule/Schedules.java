package io.resultsink.pipelines.schedule;

import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** The schedules of a schedules database, for commands that manage them. */
@Internal
public final class Schedules {

  /**
   * The runs of a schedule.
   *
   * @param newest the newest tick first
   * @param unfinished the runs that are queued or running, in their order
   */
  public record History(Schedule schedule, List<Run> newest, List<Run> unfinished) {}

  /**
   * The outcome of a backfill.
   *
   * @param served whether a living serving process takes the runs
   */
  public record Queued(Backfill.Outcome outcome, boolean served) {}

  /** A change of a schedule. */
  public interface Change {
    /**
     * Returns the changed schedule.
     *
     * @param now by the clock of schedules
     */
    Schedule of(Schedule current, Instant now);
  }

  private final ScheduleDatabase database;

  /** Creates the view of the schedules of {@code home}. */
  public Schedules(ScheduleDatabase database) {
    this.database = database;
  }

  /**
   * Adds a schedule, which ticks from now on.
   *
   * @return the stored schedule
   * @throws ScheduleException if there is one of its name
   */
  public Schedule create(Schedule schedule) {
    return database.transaction(
        connection -> {
          Schedule ticking = schedule.tickingFrom(database.now(connection));
          new ScheduleStore(connection).create(ticking);
          return ticking;
        });
  }

  /** Returns all schedules by name, also those that cannot be read. */
  public List<StoredSchedule> all() {
    return database.transaction(connection -> new ScheduleStore(connection).all());
  }

  /**
   * Returns the schedule of this name.
   *
   * @throws ScheduleException if there is none
   */
  public Schedule require(String name) {
    return database.transaction(connection -> new ScheduleStore(connection).require(name));
  }

  /**
   * Changes a schedule; a run that has started goes on as it was.
   *
   * @return the changed schedule
   * @throws ScheduleException if there is none of this name, or one of its new name
   */
  public Schedule change(String name, Change change) {
    return database.transaction(
        connection -> {
          ScheduleStore schedules = new ScheduleStore(connection);
          Schedule changed = change.of(schedules.lock(name), database.now(connection));
          schedules.update(changed);
          return changed;
        });
  }

  /**
   * Deletes a schedule, its history and its queued runs.
   *
   * @return whether a run of it is being executed, which goes on
   */
  public boolean delete(String name) {
    return database.transaction(
        connection -> {
          ScheduleStore schedules = new ScheduleStore(connection);
          String key = schedules.lockUnread(name).key();
          boolean running =
              new RunStore(connection)
                  .unfinished(key).stream().anyMatch(run -> run.state() == RunState.RUNNING);
          schedules.delete(key);
          return running;
        });
  }

  /** Returns the runs of a schedule: {@code most} of them after the {@code skipped} newest. */
  public History history(String name, int most, int skipped) {
    return database.transaction(
        connection -> {
          Schedule schedule = new ScheduleStore(connection).require(name);
          RunStore runs = new RunStore(connection);
          return new History(
              schedule,
              runs.newest(schedule.key(), most, skipped),
              runs.unfinished(schedule.key()));
        });
  }

  /** Queues runs for any serving process. */
  public Queued queue(String name, Backfill backfill) {
    return database.transaction(
        connection -> {
          Schedule schedule = new ScheduleStore(connection).lock(name);
          return new Queued(
              backfill.queue(connection, schedule, database.now(connection), null),
              LivingProcess.anyServes(connection));
        });
  }

  /**
   * Returns the execution of runs in this process, instead of queueing them for a serving process.
   */
  public LocalRuns inPlace(QueryRunner work, RunListener listener) {
    return new LocalRuns(database, work, listener);
  }
}
