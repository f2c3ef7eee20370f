package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.SqlState;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.beam.sdk.annotations.Internal;
import org.postgresql.PGConnection;

/** Two sessions taken together: the first publishes, and the second reads rows for it. */
@Internal
public final class SessionPair implements AutoCloseable {

  /** The longest wait for a pooler's second session while the first is held. */
  private static final int LONGEST_WAIT_MILLIS = 15_000;

  /**
   * The wait for the lock under which rows are read. Only statements such as VACUUM FULL or DROP
   * conflict with it.
   */
  private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(1);

  private final Session first;
  private Session second;
  private final Supplier<Session> another;
  private final Runnable onClose;

  SessionPair(Session first, Supplier<Session> another, Runnable onClose) {
    this.first = first;
    this.second = another.get();
    this.another = another;
    this.onClose = onClose;
  }

  public Session first() {
    return first;
  }

  public Session second() {
    return second;
  }

  /**
   * Begins on the second session, in the middle of the first one's transaction. It has waited
   * outside of a transaction until now, and may have been ended for that; another takes its place.
   *
   * <p>Behind a pooler that has no more to give, two who hold one session each would wait for each
   * other. So one of them gives up before the other.
   *
   * @throws Conflict when the server gives no second session in time
   */
  public Session beginSecond(String activity) throws SQLException {
    Duration limit =
        Duration.ofMillis(
            ThreadLocalRandom.current().nextInt(LONGEST_WAIT_MILLIS / 3, LONGEST_WAIT_MILLIS));
    if (second.isLost()) {
      takeAnother();
    }
    boolean begun;
    try {
      begun = beginWithin(limit, second, activity);
    } catch (SQLException e) {
      if (!SqlState.isSessionLost(e)) {
        throw e;
      }
      second.discard();
      takeAnother();
      begun = beginWithin(limit, second, activity);
    }
    if (!begun) {
      throw new Conflict(
          "a publish takes two sessions at once, and the pooler gave no second one within "
              + limit.toSeconds()
              + " s; let it give more");
    }
    return second;
  }

  private void takeAnother() {
    second.close();
    second = another.get();
  }

  /**
   * Begins a transaction, with a time limit for the server's answer.
   *
   * @return false if there was no answer in time; the session is lost then
   */
  private static boolean beginWithin(Duration limit, Session session, String activity)
      throws SQLException {
    Connection network = (Connection) session.connection().unwrap(PGConnection.class);
    int usual = network.getNetworkTimeout();
    network.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
    try {
      session.begin(LOCK_TIMEOUT, activity);
      return true;
    } catch (SQLException e) {
      if (e.getCause() instanceof SocketTimeoutException) {
        return false;
      }
      throw e;
    } finally {
      if (!network.isClosed()) {
        network.setNetworkTimeout(Runnable::run, usual);
      }
    }
  }

  @Override
  public void close() {
    try {
      second.close();
    } finally {
      try {
        first.close();
      } finally {
        onClose.run();
      }
    }
  }
}
