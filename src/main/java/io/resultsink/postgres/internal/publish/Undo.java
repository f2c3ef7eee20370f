package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.ledger.Undos;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.part.PartFailedException;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.session.SessionPair;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The undo of a replace, and the look at what can be brought back. */
@Internal
public final class Undo {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  /** The time that others may take to create the ledger. */
  private static final Duration CREATION = Duration.ofMinutes(5);

  private final PostgresConnections connections;
  private final PostgresTarget target;
  private final RunIdentity run;
  private final Patience patience;

  /** Of a target, whose run id, if it has one, is that of the undo. */
  public Undo(PostgresConnections connections, PostgresTarget target) {
    this.connections = connections;
    this.target = target;
    this.run = RunIdentity.create(target.runId(), null);
    this.patience = new Patience(target.lockWait());
  }

  /** Returns what can be brought back, the version that was replaced last first. */
  public List<TableVersion> versions() {
    try {
      return connections.briefly(
          session -> {
            session.begin(LOCK_TIMEOUT, "look for versions of " + target.table());
            List<TableVersion> found =
                new Versions(session, ResolvedTarget.resolve(session, target)).all();
            session.commit();
            return found;
          });
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "looking for versions of " + target.table() + " failed", "nothing was changed", e);
    }
  }

  /** Returns when an undo took the rows of a run away that nobody has brought back since. */
  Optional<Instant> undoneAt(String runId) {
    try {
      return connections.briefly(
          session -> {
            session.begin(LOCK_TIMEOUT, "look for undos of " + target.table());
            ResolvedTarget resolved = ResolvedTarget.resolve(session, target);
            Optional<Instant> at =
                new Undos(Ledger.in(resolved.stagingSchema()), resolved.table())
                    .undoneAt(session, runId);
            session.commit();
            return at;
          });
    } catch (SQLException e) {
      return Optional.empty(); // what is told beside has no need to succeed
    }
  }

  /**
   * Brings a version back.
   *
   * @param wanted the run whose version is wanted; null for the one that was replaced last
   */
  public ResultSummary run(@Nullable String wanted) {
    ResolvedTarget resolved = resolved();
    return new PublishLoop("undo of " + resolved.table(), Publisher.RECONNECT, patience)
        .run(outlook -> attempt(resolved, wanted, outlook), cause -> explained(resolved, cause));
  }

  private ResolvedTarget resolved() {
    try {
      return connections.briefly(this::prepared);
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "the undo of " + target.table() + " failed", "the table is untouched", e);
    }
  }

  private ResolvedTarget prepared(Session session) throws SQLException {
    session.begin(CREATION, "undo " + target.table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, target);
    Ledger ledger = Ledger.in(resolved.stagingSchema());
    boolean missing = !ledger.look(session, resolved.table()).there();
    if (missing && !new Versions(session, resolved).all().isEmpty()) {
      ledger.createWhenMissing(session, CREATION);
    } else if (missing) {
      UndoTransaction.refuseWithoutVersions(resolved);
    }
    session.commit();
    return resolved;
  }

  private ResultSummary attempt(
      ResolvedTarget resolved, @Nullable String wanted, PublishState outlook) throws AttemptFailed {
    try (SessionPair sessions = connections.borrowPair()) {
      PublishLoop.endLostSession(outlook.lost(), sessions.second());
      FaultPoint.PUBLISHING.reached();
      UndoTransaction transaction =
          new UndoTransaction(target, run, wanted, resolved, sessions.first(), patience);
      return Attempt.run(sessions.first(), transaction::run);
    } catch (SQLException | DatabaseUnavailableException e) {
      throw new AttemptFailed(e, Progress.NOT_REACHED, null);
    }
  }

  private static RuntimeException explained(ResolvedTarget resolved, Throwable cause) {
    if (cause instanceof Conflict conflict) {
      return conflict.given(resolved);
    }
    if (!(cause instanceof SQLException failure)) {
      return (RuntimeException) cause;
    }
    boolean ofRows = String.valueOf(SqlState.of(failure)).startsWith("23");
    String what = "PostgreSQL refused it";
    if (failure instanceof PartFailedException part) {
      what =
          part.isOfRows()
              ? "the rows of the version violate " + Printable.of(part.what())
              : Printable.of(part.what()) + " cannot be made for the version";
    } else if (ofRows) {
      what = "the rows of the version violate a constraint that the table has now";
    }
    return new PublishFailedException(
        what
            + " (SQLSTATE "
            + SqlState.of(failure)
            + "): "
            + ServerReason.of(failure)
            + "; "
            + resolved
            + " is untouched",
        SqlState.isTemporary(failure) ? Remedy.RETRY : ofRows ? Remedy.FIX_DATA : Remedy.FIX_TABLE,
        SqlState.of(failure),
        ServerReason.scrubbed(failure));
  }
}
