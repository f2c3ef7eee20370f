package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work of one short transaction, done again when its session was lost or another in the way. */
public final class BriefWork {

  private static final Logger LOG = LoggerFactory.getLogger(BriefWork.class);

  private static final Retry RETRY = new Retry(5, Duration.ofMillis(300), Duration.ofSeconds(10));

  private BriefWork() {}

  /** The work, in a session that is there for it alone. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Session session) throws SQLException;
  }

  /** Does it. A server that was never reached is not waited for: its name may be wrong. */
  public static <T> T run(PostgresConnections connections, Work<T> work) throws SQLException {
    boolean reached = false;
    for (int attempt = 1; ; attempt++) {
      try (Session session = connections.borrow()) {
        reached = true;
        return work.in(session);
      } catch (SQLException e) {
        boolean again = SqlState.isTransient(e) || SqlState.isCreationRace(e);
        if (!again || !RETRY.hasAfter(attempt)) {
          throw e;
        }
        LOG.warn("Trying again: {}", ServerReason.of(e));
      } catch (DatabaseUnavailableException e) {
        boolean again = reached ? SqlState.isTransient(e) : SqlState.isBusy(e);
        if (!again || !RETRY.hasAfter(attempt)) {
          throw e;
        }
        LOG.warn("No session, trying again: {}", e.getMessage());
      }
      RETRY.pause(attempt);
    }
  }
}
