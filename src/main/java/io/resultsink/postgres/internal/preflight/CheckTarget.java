package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that runs the preflight in parallel with the rows, so that a refused run fails before
 * hours of work.
 */
@Internal
public final class CheckTarget extends DoFn<byte[], Void> {

  private static final Logger LOG = LoggerFactory.getLogger(CheckTarget.class);

  private final RunPlan plan;

  /** Creates the step for a run. */
  public CheckTarget(RunPlan plan) {
    this.plan = plan;
  }

  @ProcessElement
  public void process() {
    try (PostgresConnections connections = PostgresConnections.lease(plan.source())) {
      connections.briefly(this::check);
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "the preflight of " + plan.target().table() + " failed", "the target is untouched", e);
    }
  }

  private boolean check(Session session) throws SQLException {
    session.begin(Duration.ZERO, "check " + plan.target().table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    Ledger ledger = Ledger.in(resolved.stagingSchema());
    Ledger.Look look = ledger.look(session, resolved.table());
    boolean published =
        ledger.find(session, look, plan.run().whole(), resolved.table()).isPresent();
    if (!published) {
      Preflight.Findings findings =
          Preflight.run(
                  session, resolved, plan.target(), plan.schema(), look, Preflight.Detail.LOSSES)
              .orRefuse();
      if (!findings.loses().isEmpty()) {
        LOG.warn("{} will lose {}", resolved, ResultSummary.inWords(findings.loses()));
      }
    }
    return published;
  }
}
