package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.internal.session.Jdbc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Claims of runs by one process, each decided under the locks of the run and its schedule. */
final class Claims {

  /** The most takeovers of a run, because a run may crash its serving process each time. */
  static final int MOST_TAKEOVERS = 5;

  /**
   * Schedules take turns: the one whose last run started first comes first, so that a long backfill
   * of one does not delay the others. Rows that another process has locked are skipped.
   */
  private static final String CLAIMABLE =
      """
      SELECT r.*, s.*
        FROM pgresult.run r JOIN pgresult.schedule s ON s.key = r.schedule_key
       WHERE r.id = coalesce(?::bigint, r.id) AND r.id <> ALL (?)
         AND r.state IN ('queued', 'running')
         AND r.place = (SELECT min(place) FROM pgresult.run f
                         WHERE f.schedule_key = r.schedule_key
                           AND f.state IN ('queued', 'running'))
         AND (r.not_before IS NULL OR r.not_before <= ?)
         AND NOT EXISTS (SELECT FROM pgresult.server p
                          WHERE p.id = r.server AND p.id <> ? AND p.alive_until > clock_timestamp())
       ORDER BY s.last_start NULLS FIRST, r.place
       LIMIT 1 FOR UPDATE OF r, s SKIP LOCKED
      """;

  /** A run that can be claimed, and the stored row of its schedule. */
  private record Candidate(Run run, StoredSchedule schedule, int starts, int takeovers) {}

  private final Connection connection;
  private final UUID self;

  Claims(Connection connection, UUID self) {
    this.connection = connection;
    this.self = self;
  }

  /**
   * Starts a run whose turn it is: the first of its schedule that has not ended. No other living
   * process may execute it or have reserved it. Skips runs of schedules that cannot be read.
   *
   * @param without the ids of runs that are not started, to which skipped ones are added
   */
  Optional<Start> next(Instant now, Set<Long> without) throws SQLException {
    Optional<Candidate> found = find(null, now, without);
    while (found.isPresent()) {
      if (found.get().schedule().schedule() == null) {
        without.add(found.get().run().id());
      } else {
        Optional<Start> started = start(found.get(), now);
        if (started.isPresent()) {
          return started;
        }
      }
      found = find(null, now, without);
    }
    return Optional.empty();
  }

  /**
   * Starts this run if it is its turn.
   *
   * @throws ScheduleException if its schedule cannot be read
   */
  Optional<Start> start(long id, Instant now, Set<Long> without) throws SQLException {
    Optional<Candidate> found = find(id, now, without);
    return found.isEmpty() ? Optional.empty() : start(found.get(), now);
  }

  private Optional<Candidate> find(@Nullable Long id, Instant now, Set<Long> without)
      throws SQLException {
    return Jdbc.find(
        connection, CLAIMABLE, Claims::candidate, id, without.toArray(Long[]::new), now, self);
  }

  private static Candidate candidate(ResultSet row) throws SQLException {
    return new Candidate(
        RunStore.read(row),
        ScheduleStore.stored(row),
        row.getInt("starts"),
        row.getInt("takeovers"));
  }

  private Optional<Start> start(Candidate claimed, Instant now) throws SQLException {
    Run run = claimed.run();
    boolean takeover = run.state() == RunState.RUNNING;
    Start start = new Start(claimed.schedule().require(), run, claimed.starts() + 1);
    RunStore runs = new RunStore(connection);
    runs.begin(start, now, self, takeover);
    if (takeover && claimed.takeovers() >= MOST_TAKEOVERS) {
      String died = "the process that executed it died " + (MOST_TAKEOVERS + 1) + " times";
      runs.end(start, RunState.ERROR, now, null, died);
      return Optional.empty();
    }
    new ScheduleStore(connection).setLastStart(start.schedule(), now);
    return Optional.of(start);
  }
}
