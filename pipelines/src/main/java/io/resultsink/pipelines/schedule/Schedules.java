package io.resultsink.pipelines.schedule;

import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/** The schedules of a schedules database, for those who manage them. */
@Internal
public final class Schedules {

  /**
   * The runs of a schedule.
   *
   * @param newest the newest tick first
   * @param unfinished those that are queued or running, in their order
   */
  public record History(Schedule schedule, List<Run> newest, List<Run> unfinished) {}

  /**
   * The outcome of a backfill.
   *
   * @param served whether a server lives that takes the runs
   */
  public record Queued(Backfill.Outcome outcome, boolean served) {}

  /** A change of a schedule. */
  public interface Change {
    /**
     * Returns it as it is to be.
     *
     * @param now by the clock by which schedules tick
     */
    Schedule of(Schedule current, Instant now);
  }

  private final ScheduleDatabase database;

  /** Those of {@code home}. */
  public Schedules(ScheduleDatabase database) {
    this.database = database;
  }

  /**
   * Keeps a new one, which ticks from now on.
   *
   * @return it as it is kept
   * @throws ScheduleException when there is one of its name
   */
  public Schedule create(Schedule schedule) {
    return database.transaction(
        connection -> {
          Schedule ticking = schedule.tickingFrom(database.now(connection));
          new ScheduleStore(connection).create(ticking);
          return ticking;
        });
  }

  /** All, by name, those that cannot be read too. */
  public List<StoredSchedule> all() {
    return database.transaction(connection -> new ScheduleStore(connection).all());
  }

  /**
   * The one of this name.
   *
   * @throws ScheduleException when there is none
   */
  public Schedule require(String name) {
    return database.transaction(connection -> new ScheduleStore(connection).require(name));
  }

  /**
   * Changes one; a run that has begun goes on as it was.
   *
   * @return it as it is now
   * @throws ScheduleException when there is none of this name, or one of its new name
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
   * Removes one, with its history and what is queued.
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

  /** The runs of one, {@code most} of them behind the {@code skipped} newest. */
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

  /** Queues runs for any server. */
  public Queued queue(String name, Backfill backfill) {
    return database.transaction(
        connection -> {
          Schedule schedule = new ScheduleStore(connection).lock(name);
          return new Queued(
              backfill.queue(connection, schedule, database.now(connection), null),
              LivingProcess.anyServes(connection));
        });
  }

  /** Returns what executes runs in this process, instead of queueing them for a server. */
  public LocalRuns inPlace(QueryRunner work, RunListener listener) {
    return new LocalRuns(database, work, listener);
  }
}
