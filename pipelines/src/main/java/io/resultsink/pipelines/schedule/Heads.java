package io.resultsink.pipelines.schedule;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.resultsink.postgres.destination.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The runs whose turn it is, one for each schedule, as tasks of db-scheduler.
 *
 * <p>Tasks are made from what the rows of runs say. Whoever ends or adds a run makes them, and
 * every server again and again, so that one that a dying process did not make is made by another.
 */
final class Heads {

  /** Their task's name; the instance is the run's id. */
  static final String TASK = "run";

  private static final String WITHOUT_TASK =
      """
      SELECT id, greatest(not_before, clock_timestamp()) AS due
        FROM (SELECT DISTINCT ON (schedule_key) id, not_before, server
                FROM pgresult.run
               WHERE state IN ('queued', 'running')
               ORDER BY schedule_key, place) AS head
       WHERE NOT EXISTS (SELECT FROM pgresult.task
                          WHERE task_name = ? AND task_instance = head.id::text)
         AND NOT EXISTS (SELECT FROM pgresult.server
                          WHERE id = head.server AND alive_until > clock_timestamp())
      """;

  /**
   * A task is put off by a heartbeat, or until its run's time; a wrong clock puts it off further.
   */
  private static final String PUT_OFF =
      """
      UPDATE pgresult.task
         SET execution_time = greatest(run.not_before, clock_timestamp()), version = version + 1
        FROM pgresult.run
       WHERE task_name = ? AND task_instance = run.id::text AND NOT picked
         AND execution_time
             > greatest(run.not_before, clock_timestamp()) + interval '1 day'
      """;

  private final HomeDatabase home;
  private final SchedulerClient tasks;

  Heads(HomeDatabase home, SchedulerClient tasks) {
    this.home = home;
    this.tasks = tasks;
  }

  /** Makes the tasks that are missing, and brings those forward that a wrong clock has put off. */
  void schedule() {
    home.transaction(Heads::bringForward);
    home.transaction(Heads::withoutTask)
        .forEach(
            (id, due) ->
                tasks.scheduleIfNotExists(new TaskInstance<>(TASK, Long.toString(id)), due));
  }

  private static int bringForward(Connection connection) throws SQLException {
    return (int) Jdbc.update(connection, PUT_OFF, TASK);
  }

  private static Map<Long, Instant> withoutTask(Connection connection) throws SQLException {
    Map<Long, Instant> runs = new LinkedHashMap<>();
    Jdbc.list(
        connection,
        WITHOUT_TASK,
        row -> runs.put(row.getLong("id"), Objects.requireNonNull(Jdbc.instant(row, "due"))),
        TASK);
    return runs;
  }
}
