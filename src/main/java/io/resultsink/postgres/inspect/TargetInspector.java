package io.resultsink.postgres.inspect;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.ledger.Undos;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.preflight.Preflight;
import io.resultsink.postgres.internal.publish.Versions;
import io.resultsink.postgres.internal.rejects.OldRejects;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.session.ConnectionSource;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.report.DryRun;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;

/** The view of a target from outside of a pipeline: dry run, published runs, staging tables. */
@Internal
public final class TargetInspector implements AutoCloseable {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  private final PostgresTarget target;
  private final PostgresConnections connections;

  private TargetInspector(PostgresTarget target) {
    this.target = target;
    this.connections = PostgresConnections.lease(ConnectionSource.of(target));
  }

  /** Creates the view of {@code target}, without opening a connection. */
  public static TargetInspector of(PostgresTarget target) {
    return new TargetInspector(target);
  }

  /** Returns the findings of the preflight for rows of {@code schema}. Changes nothing. */
  public DryRun check(Schema schema) {
    return read(
        (session, resolved) -> {
          Ledger ledger = Ledger.in(resolved.stagingSchema());
          Ledger.Look look = ledger.look(session, resolved.table());
          String runId = target.runId();
          return Preflight.run(session, resolved, target, schema, look, Preflight.Detail.ALL)
              .report(
                  target,
                  runId == null
                      ? null
                      : ledger.find(session, PartId.whole(runId), resolved.table()).orElse(null));
        });
  }

  /** Returns where the table is, as the server finds it. */
  public ResolvedTarget resolve() {
    return read((session, resolved) -> resolved);
  }

  /** Returns the newest publish into the table, from the ledger. */
  public Optional<ResultSummary> lastPublished() {
    return read(
        (session, resolved) ->
            Ledger.in(resolved.stagingSchema()).newest(session, resolved.table()));
  }

  /**
   * Returns the summary of a run into this table, from the ledger; absent if it has not published.
   */
  public Optional<ResultSummary> published(String runId) {
    return read(
        "looking for run " + runId + " in the ledger of " + target.table() + " failed",
        "it publishes once, however often it is run",
        (session, resolved) ->
            Ledger.in(resolved.stagingSchema())
                .find(session, PartId.whole(runId), resolved.table()));
  }

  /**
   * Gives the rows that did not fit the table when a summary's run was published, one at a time.
   *
   * @return how many are still kept
   */
  public long rejected(ResultSummary summary, Consumer<RejectsTable.Rejected> rows) {
    return summary.rejected() == 0
        ? 0
        : read(
            "reading " + summary.rejects() + " failed",
            summary.table() + " is published as run " + summary.runId(),
            (session, resolved) ->
                RejectsTable.named(summary.rejects())
                    .read(session, PartId.whole(summary.runId()), resolved.table(), rows));
  }

  /** Returns the staging tables of this target that this role owns, oldest first. */
  public List<AbandonedStaging.Found> staging() {
    return read(
        (session, resolved) -> {
          session.commit();
          return new AbandonedStaging(session, resolved.stagingSchema())
              .find().stream().filter(found -> found.target().equals(resolved.table())).toList();
        });
  }

  /**
   * Drops a staging table.
   *
   * @return false if it is in use, and so was not dropped
   */
  public boolean drop(AbandonedStaging.Found staging) {
    return read(
        (session, resolved) -> {
          session.commit();
          return new AbandonedStaging(session, resolved.stagingSchema()).drop(staging.name());
        });
  }

  /**
   * Forgets the rows in the sink's own table that did not fit this target, of runs that were
   * published longer ago than an age.
   *
   * @param forget whether they are forgotten, and not only counted
   * @return how many rows
   */
  public long oldRejected(Duration age, boolean forget) {
    return read(
        (session, resolved) -> {
          Ledger ledger = Ledger.in(resolved.stagingSchema());
          if (!ledger.look(session, resolved.table()).there()) {
            return 0L;
          }
          RejectsTable own = RejectsTable.ownIn(resolved.stagingSchema());
          OldRejects old = new OldRejects(own, ledger.name(), resolved.table(), age);
          long rows = forget ? old.forget(session) : old.count(session);
          session.commit();
          return rows;
        });
  }

  /** Returns the versions beyond a limit, none for that of the run that replaced last. */
  public List<TableVersion> versionsBeyond(UndoLimit limit) {
    return read(
        (session, resolved) -> {
          session.commit();
          return new Versions(session, resolved).beyond(limit);
        });
  }

  /** Drops a version; false when it is in use and was left. */
  public boolean drop(TableVersion version) {
    return read(
        (session, resolved) -> {
          session.commit();
          return new Versions(session, resolved).drop(version);
        });
  }

  /** Returns when an undo took the rows of a run away that nobody has brought back since. */
  public Optional<Instant> undoneAt(String runId) {
    return read(
        (session, resolved) ->
            new Undos(Ledger.in(resolved.stagingSchema()), resolved.table())
                .undoneAt(session, runId));
  }

  private <T> T read(Work<T> work) {
    return read("looking at " + target.table() + " failed", "nothing was changed", work);
  }

  private <T> T read(String failed, String state, Work<T> work) {
    try (Session session = connections.borrow()) {
      session.begin(LOCK_TIMEOUT, "inspect " + target.table());
      return work.on(session, ResolvedTarget.resolve(session, target));
    } catch (SQLException e) {
      throw EarlyFailure.of(failed, state, e);
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(Session session, ResolvedTarget resolved) throws SQLException;
  }

  /** Opens a session with the sink's settings, for reading the table. The caller closes it. */
  public Session open() {
    return connections.borrow();
  }

  @Override
  public void close() {
    connections.close();
  }
}
