package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The access to the rows of runs, in one transaction. */
final class RunStore {

  private final Connection connection;

  RunStore(Connection connection) {
    this.connection = connection;
  }

  /**
   * Adds a run, unless there is one of this tick and repetition.
   *
   * @param server the only serving process that may execute it; null for any
   */
  void queue(Schedule schedule, Instant tick, int repetition, @Nullable UUID server)
      throws SQLException {
    Jdbc.update(
        connection,
        """
        INSERT INTO pgresult.run (schedule_key, tick, repetition, state, server)
        VALUES (?, ?, ?, 'queued', ?)
        ON CONFLICT (schedule_key, tick, repetition) DO NOTHING
        """,
        schedule.key(),
        tick,
        repetition,
        server);
  }

  /** Records a tick that is not run, unless there is a run of it. */
  void skip(Schedule schedule, Instant tick, String reason) throws SQLException {
    Jdbc.update(
        connection,
        """
        INSERT INTO pgresult.run (schedule_key, tick, state, error) VALUES (?, ?, 'skipped', ?)
        ON CONFLICT (schedule_key, tick, repetition) DO NOTHING
        """,
        schedule.key(),
        tick,
        reason);
  }

  /** Queues a run again that failed or was skipped, after all others. */
  void queueAgain(Run run, @Nullable UUID server) throws SQLException {
    Jdbc.update(
        connection,
        """
        UPDATE pgresult.run
           SET state = 'queued', place = nextval('pgresult.place'), failures = 0, takeovers = 0,
               server = ?, not_before = NULL, started_at = NULL, ended_at = NULL, rows = NULL,
               rejected = NULL, error = NULL
         WHERE id = ?
        """,
        server,
        run.id());
  }

  /** Returns all runs of a tick, in the order of their repetitions. */
  List<Run> ofTick(String scheduleKey, Instant tick) throws SQLException {
    return Jdbc.list(
        connection,
        "SELECT * FROM pgresult.run WHERE schedule_key = ? AND tick = ? ORDER BY repetition",
        RunStore::read,
        scheduleKey,
        tick);
  }

  /** Returns runs, the newest tick first. */
  List<Run> newest(String scheduleKey, int most, int skipped) throws SQLException {
    return Jdbc.list(
        connection,
        """
        SELECT * FROM pgresult.run WHERE schedule_key = ?
         ORDER BY tick DESC, repetition DESC LIMIT ? OFFSET ?
        """,
        RunStore::read,
        scheduleKey,
        most,
        skipped);
  }

  /** Returns the runs that have not ended, in the order in which they start. */
  List<Run> unfinished(String scheduleKey) throws SQLException {
    return Jdbc.list(
        connection,
        """
        SELECT * FROM pgresult.run
         WHERE schedule_key = ? AND state IN ('queued', 'running') ORDER BY place
        """,
        RunStore::read,
        scheduleKey);
  }

  Optional<Run> find(long id) throws SQLException {
    return Jdbc.find(connection, "SELECT * FROM pgresult.run WHERE id = ?", RunStore::read, id);
  }

  /** Records that a process starts a run. */
  void begin(Start start, Instant now, UUID server, boolean takeover) throws SQLException {
    Jdbc.update(
        connection,
        """
        UPDATE pgresult.run
           SET state = 'running', starts = ?, takeovers = takeovers + ?, server = ?,
               started_at = ?, not_before = NULL
         WHERE id = ?
        """,
        start.number(),
        takeover ? 1 : 0,
        server,
        now,
        start.run().id());
  }

  /**
   * Records the outcome of a run.
   *
   * @return false if another process has taken it over
   */
  boolean end(
      Start start,
      RunState state,
      Instant now,
      @Nullable Published published,
      @Nullable String error)
      throws SQLException {
    return Jdbc.update(
            connection,
            """
            UPDATE pgresult.run
               SET state = ?, ended_at = ?, rows = ?, rejected = ?, error = ?, server = NULL
             WHERE id = ? AND starts = ? AND state = 'running'
            """,
            EnumText.text(state),
            now,
            published == null ? null : published.rows(),
            published == null ? null : published.rejected(),
            error,
            start.run().id(),
            start.number())
        == 1;
  }

  /** Records a failure after which the run waits for its next attempt. */
  boolean retry(Start start, Instant notBefore, String error) throws SQLException {
    return Jdbc.update(
            connection,
            """
            UPDATE pgresult.run
               SET state = 'queued', failures = failures + 1, not_before = ?, error = ?, server = NULL
             WHERE id = ? AND starts = ? AND state = 'running'
            """,
            notBefore,
            error,
            start.run().id(),
            start.number())
        == 1;
  }

  /** Queues a started run for another serving process. */
  boolean handBack(Start start) throws SQLException {
    return Jdbc.update(
            connection,
            """
            UPDATE pgresult.run SET state = 'queued', started_at = NULL, server = NULL
             WHERE id = ? AND starts = ? AND state = 'running'
            """,
            start.run().id(),
            start.number())
        == 1;
  }

  /** Ends the runs that only {@code server} may execute, and that it does not execute. */
  void abandon(UUID server, Instant now, String reason) throws SQLException {
    Jdbc.update(
        connection,
        """
        UPDATE pgresult.run SET state = 'error', ended_at = ?, error = ?, server = NULL
         WHERE server = ? AND state IN ('queued', 'running')
        """,
        now,
        reason,
        server);
  }

  /** Deletes runs that ended before {@code then}. */
  void forget(String scheduleKey, Instant then) throws SQLException {
    Jdbc.update(
        connection,
        "DELETE FROM pgresult.run WHERE schedule_key = ? AND ended_at < ?",
        scheduleKey,
        then);
  }

  static Run read(ResultSet row) throws SQLException {
    return new Run(
        row.getLong("id"),
        Jdbc.instant(row, "tick"),
        row.getInt("repetition"),
        EnumText.constant(RunState.class, row, "state"),
        row.getInt("failures"),
        Jdbc.instantOrNull(row, "started_at"),
        Jdbc.instantOrNull(row, "ended_at"),
        row.getObject("rows", Long.class),
        row.getObject("rejected", Long.class),
        row.getString("error"));
  }
}
