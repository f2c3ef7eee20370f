package io.resultsink.postgres.internal.lock;

import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.session.Retry;
import io.resultsink.postgres.internal.session.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.annotations.Internal;

/**
 * Locks on names, until the transaction ends, for tables that may not exist yet.
 *
 * <p>A lock is requested again and again instead of waited for: a session that waits in {@code
 * SELECT pg_advisory_lock} holds a snapshot during its wait.
 */
@Internal
public final class AdvisoryLock {

  private static final Retry PAUSES = Retry.always(Duration.ofMillis(5), Duration.ofMillis(200));

  private AdvisoryLock() {}

  /**
   * Takes the lock of a name.
   *
   * @throws PublishFailedException if another session holds it for longer than {@code wait}
   */
  public static void acquire(Session session, String name, Duration wait) throws SQLException {
    Turn turn = new Turn(name, wait);
    while (!turn.tryAcquire(session)) {
      turn.pause();
    }
  }

  /** The repeated request for one lock, with growing pauses. */
  public static final class Turn {
    private final String name;
    private final Duration wait;
    private final long deadline;
    private int attempt;

    /** Creates a request for the lock of a name, for at most {@code wait}. */
    public Turn(String name, Duration wait) {
      this.name = name;
      this.wait = wait;
      this.deadline = System.nanoTime() + wait.toNanos();
    }

    /** Takes the lock if it is free, until the session's transaction ends. */
    public boolean tryAcquire(Session session) throws SQLException {
      return tryAcquire(session, List.of());
    }

    /**
     * Takes the lock and others beside it, if all of them are free. Nothing is waited for, so that
     * their order does not matter. If one is taken, the caller must roll the transaction back.
     */
    public boolean tryAcquire(Session session, List<String> others) throws SQLException {
      String sql =
          """
          SELECT pg_catalog.bool_and(
                   pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(name, 0)))
            FROM pg_catalog.unnest(?::pg_catalog.text[]) AS names (name)
          """;
      String[] names =
          Stream.concat(Stream.of(name), others.stream())
              .map(lock -> "result_sink " + lock)
              .toArray(String[]::new);
      return session.one(sql, row -> row.getBoolean(1), (Object) names);
    }

    /**
     * Pauses before the next request.
     *
     * @throws PublishFailedException if {@code wait} is over
     */
    public void pause() {
      if (System.nanoTime() > deadline) {
        throw new PublishFailedException(
            "another run has held the lock on "
                + name
                + " for "
                + wait
                + "; the target is untouched;"
                + " run it again when the other has ended",
            Remedy.RETRY,
            SqlState.LOCK_NOT_AVAILABLE,
            null);
      }
      PAUSES.pause(++attempt);
    }
  }
}
