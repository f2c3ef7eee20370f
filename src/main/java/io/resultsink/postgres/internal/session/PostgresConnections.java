package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.SqlState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.apache.beam.sdk.annotations.Internal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one source within this JVM: few, opened late, shared by all sinks of the source.
 *
 * <p>At most {@link #STAGING_SESSIONS} stage at a time. At most {@link #PUBLISHERS} publishes run
 * at a time, each with up to two sessions. No thread waits for a session while it holds one: a
 * publisher takes both of its sessions before it begins.
 */
@Internal
public final class PostgresConnections implements AutoCloseable {

  /** Sessions per JVM and source that write chunks or look at the catalog. */
  public static final int STAGING_SESSIONS = 8;

  /** Publishes per JVM and source at the same time. */
  public static final int PUBLISHERS = 2;

  /** The most sessions of one source in one JVM. */
  public static final int MOST_SESSIONS = STAGING_SESSIONS + 2 * PUBLISHERS;

  private static final Logger LOG = LoggerFactory.getLogger(PostgresConnections.class);

  private static final Retry BRIEF = new Retry(5, Duration.ofMillis(300), Duration.ofSeconds(10));

  private static final Map<ConnectionSource, PostgresConnections> SHARED = new HashMap<>();

  private final ConnectionSource source;
  private final Semaphore staging = new Semaphore(STAGING_SESSIONS, true);
  private final Semaphore publishing = new Semaphore(PUBLISHERS, true);
  private final DataSource sessions;
  private final AutoCloseable pool;
  private int leases;

  private PostgresConnections(ConnectionSource source) {
    this.source = source;
    if (source instanceof ConnectionSource.Server server) {
      ServerPool opened = ServerPool.of(server, MOST_SESSIONS);
      this.sessions = opened.dataSource();
      this.pool = opened;
    } else {
      DataSourceSupplier supplier = ((ConnectionSource.Provided) source).supplier();
      DataSource provided = supplier.get();
      this.sessions = provided;
      this.pool = () -> UserDataSources.closeUnlessShared(provided, supplier);
    }
  }

  /**
   * Returns the sessions of {@code source}, shared with every other holder in this JVM. Opens no
   * connection yet. The last holder's {@link #close()} closes all sessions.
   */
  public static PostgresConnections lease(ConnectionSource source) {
    synchronized (SHARED) {
      PostgresConnections shared = SHARED.computeIfAbsent(source, PostgresConnections::new);
      shared.leases++;
      return shared;
    }
  }

  /** Returns a session for one short transaction, and waits until one is free. */
  public Session borrow() {
    acquire(staging);
    try {
      return open(staging::release);
    } catch (RuntimeException | Error e) {
      staging.release();
      throw e;
    }
  }

  /** The work of one short transaction, in a session that is there for it alone. */
  @FunctionalInterface
  public interface ShortTransaction<T> {
    T in(Session session) throws SQLException;
  }

  /**
   * Does brief work, again when its session was lost or another in the way. A server that was never
   * reached is not waited for: its name may be wrong.
   */
  public <T> T briefly(ShortTransaction<T> work) throws SQLException {
    boolean reached = false;
    for (int attempt = 1; ; attempt++) {
      try (Session session = borrow()) {
        reached = true;
        return work.in(session);
      } catch (SQLException e) {
        boolean again = SqlState.isTransient(e) || SqlState.isCreationRace(e);
        if (!again || !BRIEF.hasAfter(attempt)) {
          throw e;
        }
        LOG.warn("Trying again: {}", ServerReason.of(e));
      } catch (DatabaseUnavailableException e) {
        boolean again = reached ? SqlState.isTransient(e) : SqlState.isBusy(e);
        if (!again || !BRIEF.hasAfter(attempt)) {
          throw e;
        }
        LOG.warn("No session, trying again: {}", e.getMessage());
      }
      BRIEF.pause(attempt);
    }
  }

  /** Returns the two sessions of a publish, and waits until they are free. */
  public SessionPair borrowPair() {
    acquire(publishing);
    try {
      Session first = open(() -> {});
      try {
        return new SessionPair(first, this::second, publishing::release);
      } catch (RuntimeException | Error e) {
        first.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      publishing.release();
      throw e;
    }
  }

  private Session second() {
    return source instanceof ConnectionSource.Provided
        ? session(UserDataSources.secondConnection(sessions), () -> {})
        : open(() -> {});
  }

  /**
   * Opens a connection outside of these bounds, for other libraries' code, because a reader keeps
   * it while its rows wait to be staged. Each of its transactions begins with an empty search path,
   * so its SQL names tables with their schemas. The caller closes it.
   *
   * @see #outsideSession
   */
  public static Connection outside(ConnectionSource.Server server) {
    try {
      return EmptyPathConnection.of(ServerPool.connect(server));
    } catch (SQLException e) {
      throw ConnectionFailures.explain(server, e);
    }
  }

  /** Opens a session outside of these bounds, for the project's own SQL. The caller closes it. */
  public static Session outsideSession(ConnectionSource.Server server) {
    try {
      return new Session(ServerPool.connect(server), () -> {});
    } catch (SQLException e) {
      throw ConnectionFailures.explain(server, e);
    }
  }

  private Session open(Runnable onClose) {
    try {
      return session(sessions.getConnection(), onClose);
    } catch (SQLException e) {
      throw ConnectionFailures.explain(source, e);
    }
  }

  private Session session(Connection connection, Runnable onClose) {
    try {
      return new Session(connection, onClose);
    } catch (SQLException e) {
      throw ConnectionFailures.explain(source, e);
    }
  }

  private static void acquire(Semaphore permits) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseUnavailableException(
          "interrupted while waiting for a connection",
          DatabaseUnavailableException.Remedy.RETRY,
          null,
          e);
    }
  }

  @Override
  public void close() {
    synchronized (SHARED) {
      if (--leases > 0) {
        return;
      }
      SHARED.remove(source, this);
    }
    try {
      pool.close();
    } catch (Exception e) {
      LOG.warn("Closing the connections to {} failed", source, e);
    }
  }
}
