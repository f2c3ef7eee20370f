package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.destination.TableName;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.internal.catalog.ExistingTable;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.lock.AdvisoryLock;
import io.resultsink.postgres.internal.own.FoundTable;
import io.resultsink.postgres.internal.own.StagingComment;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.preflight.KeepRules;
import io.resultsink.postgres.internal.preflight.Preflight;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens the staging table of a run, again when another worker or a lost session got in the way. */
final class StagingOpener {

  /** The time for which a worker waits until another one has created the table. */
  private static final Duration CREATION = Duration.ofMinutes(5);

  private StagingOpener() {}

  /** The staging table, or the summary of a run that is published already. */
  static StagingTable.Opened open(PostgresConnections connections, RunPlan plan) {
    try {
      return connections.briefly(session -> open(session, plan));
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "the staging table for " + plan.target().table() + " could not be created",
          "the target is untouched",
          e);
    }
  }

  /**
   * Finds or creates the staging table of a run, in a transaction of its own.
   *
   * @throws io.resultsink.postgres.failure.IncompatibleTableException when the preflight refuses
   */
  private static StagingTable.Opened open(Session session, RunPlan plan) throws SQLException {
    session.begin(CREATION, "prepare " + plan.target().table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    TableName name =
        new TableName(resolved.stagingSchema(), StagingComment.PREFIX + plan.run().stagingKey());
    Ledger ledger = Ledger.in(resolved.stagingSchema());
    if (ExistingTable.kindOf(session, name).isEmpty()) {
      AdvisoryLock.acquire(session, "staging " + name, CREATION);
    }
    List<FoundTable> all =
        FoundTable.find(
            session,
            List.of(
                ledger.name(), name, StagingTable.tokensOf(name), StagingTable.rejectedOf(name)),
            resolved.table());
    Ledger.Look look = ledger.among(all);
    Optional<ResultSummary> published =
        ledger.find(session, look, plan.run().whole(), resolved.table());
    if (published.isPresent()) {
      session.rollback();
      return new StagingTable.Opened(resolved.table(), null, published.get());
    }
    Preflight.Findings findings =
        Preflight.run(session, resolved, plan.target(), plan.schema(), look, Preflight.Detail.NONE)
            .orRefuse();
    Optional<FoundTable> found = StagingTable.among(all, name);
    Optional<StagingComment> said = found.flatMap(FoundTable::said);
    StagingTable staging =
        new StagingTable(
            name,
            plan.run().loadId(),
            resolved,
            findings.columns(),
            said.isPresent() ? said.get().createdAt() : session.serverTime(),
            RejectsTable.of(plan.target(), resolved).orElse(null),
            plan.target().rejects() == null || hasEveryCharacter(session),
            checks(session, plan.target(), findings));
    if (found.isEmpty() && StagingTable.among(all, staging.tokens()).isEmpty()) {
      if (plan.target().keepsDefinition() && findings.table() != null) {
        KeepRules.rehearse(session, resolved);
      }
      staging.create(session, plan, StagingTable.among(all, staging.rejected()));
      if (!look.there()) {
        ledger.createWhenMissing(session, CREATION);
      }
      if (staging.rejects() != null) {
        staging.rejects().createWhenMissing(session, resolved.table(), CREATION);
      }
    } else {
      found.ifPresent(staging::requireSameColumns);
      staging.requireOurs(
          all.stream().filter(table -> !table.name().equals(ledger.name())).toList());
    }
    session.commit();
    return new StagingTable.Opened(resolved.table(), staging, null);
  }

  /** A replaced table's own checks go with it, unless it keeps them. */
  private static List<StagingCheck> checks(
      Session session, PostgresTarget asked, Preflight.Findings findings) throws SQLException {
    if (asked.rejects() == null) {
      return List.of();
    }
    List<StagingCheck> checks = new ArrayList<>(StagingCheck.ofTypes(findings.columns()));
    boolean inserted = asked.mode() != WriteMode.REPLACE;
    if (findings.table() != null && (inserted || asked.keepsDefinition())) {
      checks.addAll(
          StagingCheck.ofTable(session, findings.target().table(), findings.columns(), inserted));
    }
    return checks;
  }

  private static boolean hasEveryCharacter(Session session) throws SQLException {
    String sql = "SELECT current_setting('server_encoding') = 'UTF8'";
    return session.one(sql, row -> row.getBoolean(1));
  }
}
