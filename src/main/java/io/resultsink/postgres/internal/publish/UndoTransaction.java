package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.UndoLimit;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.ledger.Undos;
import io.resultsink.postgres.internal.lock.LockAttempts;
import io.resultsink.postgres.internal.lock.Patience;
import io.resultsink.postgres.internal.lock.TableLock;
import io.resultsink.postgres.internal.own.VersionComment;
import io.resultsink.postgres.internal.part.KeptTable;
import io.resultsink.postgres.internal.part.ReturningTable;
import io.resultsink.postgres.internal.part.TableParts;
import io.resultsink.postgres.internal.part.TableProof;
import io.resultsink.postgres.internal.preflight.UndoRules;
import io.resultsink.postgres.internal.run.Part;
import io.resultsink.postgres.internal.run.RunIdentity;
import io.resultsink.postgres.internal.session.Conflict;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Version to target, in one transaction: a replace that keeps the definition, whose new table is
 * one that was there before. The order is that of every publish.
 *
 * <p>Its rows need no freezing: each was visible to every snapshot when it was published, and what
 * was changed since is ordinary MVCC.
 */
final class UndoTransaction {

  private final PostgresTarget target;
  private final RunIdentity run;
  private final @Nullable String wanted;
  private final Session session;
  private final ResolvedTarget resolved;
  private final TableName table;
  private final Ledger ledger;
  private final Undos undos;
  private final Versions versions;
  private final PublishTimes times = new PublishTimes();
  private final Patience patience;

  /**
   * An undo.
   *
   * @param wanted the run whose version is wanted; null for the one that was replaced last
   */
  UndoTransaction(
      PostgresTarget target,
      RunIdentity run,
      @Nullable String wanted,
      ResolvedTarget resolved,
      Session session,
      Patience patience) {
    this.target = target;
    this.run = run;
    this.wanted = wanted;
    this.session = session;
    this.resolved = resolved;
    this.table = resolved.table();
    this.ledger = Ledger.in(resolved.stagingSchema());
    this.undos = new Undos(ledger, table);
    this.versions = new Versions(session, resolved);
    this.patience = patience;
  }

  /** Brings a version back, or finds that this very undo has done so. */
  ResultSummary run(Attempt attempt) throws SQLException {
    return attempt.inTurn(
        table,
        "undo",
        () -> done(attempt),
        () -> ForeignKeys.neighbours(session, table),
        () -> undo(attempt));
  }

  private Optional<ResultSummary> done(Attempt attempt) throws SQLException {
    if (ledger.claim(session, Part.whole(run, List.of()), table, Undos.MODE)) {
      attempt.reached(Progress.CLAIMED);
      return Optional.empty();
    }
    ResultSummary done =
        ledger
            .find(session, run.whole(), table)
            .orElseThrow(
                () ->
                    new Conflict("the ledger row of " + run.runId() + " vanished as it was read"));
    session.rollback();
    return Optional.of(done.toBuilder().alreadyPublished(true).build());
  }

  private ResultSummary undo(Attempt attempt) throws SQLException {
    TableVersion version = chosen();
    LockAttempts attempts = new LockAttempts(session, patience);
    attempts.acquire(version.name(), TableLock.ACCESS_EXCLUSIVE, target.lockTimeout());
    if (!chosen().name().equals(version.name())) {
      throw new Conflict("the versions of " + table + " were changed meanwhile");
    }
    if (ExistingTable.kindOf(session, table).isPresent()) {
      attempts.acquire(table, TableLock.SHARE_UPDATE_EXCLUSIVE, patience.left());
    }
    UndoRules.require(session, resolved, target);
    Undos.Published live = undos.live(session, run.runId()).orElse(null);
    UndoLimit limit = versions.limitOfNewest();

    KeptTable kept = KeptTable.of(session, table);
    ReturningTable returning = new ReturningTable(session, kept, table, version.name());
    UndoRules.refuse(resolved, differences(returning, version));
    TableProof proof = kept.proof();
    TableParts.Asked properties = CarriedProperties.prepare(kept.parts());
    CarriedProperties has = CarriedProperties.read(properties);
    session.lockTimeout(target.lockTimeout());
    TableName name = returning.adopt();
    kept.prepareSwap(name);
    FaultPoint.INDEXED.reached();
    NewTable.Keeping keeping = new NewTable.Keeping(kept, proof, properties);
    NewTable fresh = new NewTable(name, version.rows(), kept.parts(), has, null, keeping);

    times.prepared();
    List<TableParts.Making> references = kept.references(name);
    boolean quick = ForeignKeys.areQuick(session, table, name);
    attempts.begin(
        () -> {
          ForeignKeys.holdNeighbours(session, table, target.lockTimeout());
          if (!quick) {
            kept.make(references, name);
          }
        },
        kept.firstLocks());
    attempts.giveWayAt(name);
    long rows =
        attempts.run(
            List.of(table),
            TableLock.ACCESS_EXCLUSIVE,
            quick ? target.lockTimeout() : ForeignKeys.shortened(target.lockTimeout()),
            time -> {
              times.locked();
              FaultPoint.TARGET_LOCKED.reached();
              return new KeepingSwap(
                      session,
                      table,
                      fresh,
                      aside -> versions.keep(aside, origin(live), limit),
                      toDo(version))
                  .run(quick ? references : List.of(), time);
            });
    return commit(attempt, summary(version, rows), live, version);
  }

  private List<String> differences(ReturningTable returning, TableVersion version)
      throws SQLException {
    return returning.differences().stream()
        .map(difference -> difference + "; " + toDo(version))
        .toList();
  }

  private static String toDo(TableVersion version) {
    return "an undo brings back rows and changes no definition, so read them from "
        + version.name().quoted()
        + ", or make both alike";
  }

  private static VersionComment.@Nullable Origin origin(Undos.@Nullable Published live) {
    return live == null ? null : new VersionComment.Origin(live.runId(), live.mode(), live.at());
  }

  /** Looked for again under its lock. */
  private TableVersion chosen() throws SQLException {
    List<TableVersion> all = versions.all();
    Optional<TableVersion> chosen =
        all.stream().filter(one -> wanted == null || wanted.equals(one.runId())).findFirst();
    if (all.isEmpty()) {
      refuseWithoutVersions(resolved);
    }
    if (chosen.isEmpty()) {
      UndoRules.refuse(
          resolved,
          List.of(
              "no version of run '"
                  + wanted
                  + "' is kept; the versions are of the runs "
                  + String.join(", ", all.stream().map(UndoTransaction::told).toList())));
    }
    return chosen.orElseThrow();
  }

  static void refuseWithoutVersions(ResolvedTarget resolved) {
    UndoRules.refuse(
        resolved,
        List.of(
            "no version of "
                + resolved.table()
                + " is kept; a run with mode=replace&undo=3 keeps the three that it replaces last"));
  }

  private static String told(TableVersion version) {
    return version.runId() == null ? "(none of this sink)" : version.runId();
  }

  private ResultSummary commit(
      Attempt attempt, ResultSummary summary, Undos.@Nullable Published live, TableVersion version)
      throws SQLException {
    Instant at = ledger.record(session, run.whole(), summary, table);
    undos.record(session, run.whole(), live == null ? null : live.runId(), version.runId());
    FaultPoint.COMMITTING.reached();
    attempt.reached(Progress.COMMIT_SENT);
    session.commit();
    FaultPoint.COMMITTED.reached();
    return summary.toBuilder()
        .publishedAt(org.joda.time.Instant.ofEpochMilli(at.toEpochMilli()))
        .publishingMillis(times.publishingMillis())
        .build();
  }

  private ResultSummary summary(TableVersion version, long rows) {
    return ResultSummary.builder()
        .runId(run.runId())
        .database(resolved.database())
        .table(table.toString())
        .mode(Undos.MODE)
        .rows(Math.max(0, rows))
        .bytes(version.bytes())
        .chunks(0)
        .created(false)
        .alreadyPublished(false)
        .publishedAt(org.joda.time.Instant.EPOCH)
        .stagingMillis(0)
        .preparingMillis(times.preparingMillis())
        .lockMillis(times.lockMillis())
        .publishingMillis(times.publishingMillis())
        .build();
  }
}
