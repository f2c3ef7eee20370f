package io.resultsink.pipelines.schedule;

import io.resultsink.postgres.destination.Jdbc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who executes a run, decided under the lock of its row. */
final class Claims {

  /** A run that brings its server down each time must end some day. */
  static final int MOST_TAKEOVERS = 5;

  /** The answer to who asks for a run: a start, or when to ask again, or neither. */
  record Claim(@Nullable Start start, @Nullable Instant later) {

    private static final Claim NOT_TO_BE_RUN = new Claim(null, null);

    private static Claim later(Instant when) {
      return new Claim(null, when);
    }
  }

  private static final String LOCKED =
      """
      SELECT r.*,
             r.place = (SELECT min(place) FROM pgresult.run f
                         WHERE f.schedule_key = r.schedule_key
                           AND f.state IN ('queued', 'running')) AS first,
             EXISTS (SELECT FROM pgresult.server s
                      WHERE s.id = r.server AND s.alive_until > clock_timestamp()) AS in_hands
        FROM pgresult.run r WHERE r.id = ? FOR UPDATE OF r
      """;

  private final Connection connection;
  private final UUID self;

  Claims(Connection connection, UUID self) {
    this.connection = connection;
    this.self = self;
  }

  /**
   * Starts a run when it is its turn: the first of its schedule that has not ended, and in nobody
   * else's living hands.
   *
   * @param mine whether this process, when the run says that it executes it, really does
   */
  Claim start(long id, Instant now, Duration patience, boolean mine) throws SQLException {
    return Jdbc.find(connection, LOCKED, row -> decide(row, now, patience, mine), id)
        .orElse(Claim.NOT_TO_BE_RUN);
  }

  private Claim decide(ResultSet row, Instant now, Duration patience, boolean mine)
      throws SQLException {
    if (!row.getBoolean("first")) {
      return Claim.NOT_TO_BE_RUN;
    }
    Run run = RunStore.read(row);
    Instant notBefore = Jdbc.instant(row, "not_before");
    if (run.state() == RunState.QUEUED && notBefore != null && notBefore.isAfter(now)) {
      return Claim.later(notBefore);
    }
    boolean ours = self.equals(row.getObject("server", UUID.class));
    if (ours ? run.state() == RunState.RUNNING && mine : row.getBoolean("in_hands")) {
      return Claim.later(now.plus(patience));
    }
    boolean takeover = run.state() == RunState.RUNNING;
    Start start = new Start(schedule(row.getString("schedule_key")), run, row.getInt("starts") + 1);
    begin(start, now, takeover);
    if (takeover && row.getInt("takeovers") >= MOST_TAKEOVERS) {
      new RunStore(connection)
          .end(
              start,
              RunState.ERROR,
              now,
              null,
              "the process that executed it died " + (MOST_TAKEOVERS + 1) + " times");
      return Claim.NOT_TO_BE_RUN;
    }
    return new Claim(start, null);
  }

  private Schedule schedule(String key) throws SQLException {
    return new ScheduleStore(connection).withKey(key).orElseThrow().require();
  }

  private void begin(Start start, Instant now, boolean takeover) throws SQLException {
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
        self,
        now,
        start.run().id());
  }
}
