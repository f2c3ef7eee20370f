package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.ledger.Ledger;
import io.resultsink.postgres.internal.rejects.OldRejects;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.FaultPoint;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.report.TableVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tidies up after a publish: staging tables of this run and of dead ones, versions beyond the
 * limit, old ledger rows, the dead rows of a truncate, old rejected rows. All of it best effort:
 * the result stands already.
 */
@Internal
public final class TidyUp extends DoFn<ResultSummary, Void> {

  private static final Logger LOG = LoggerFactory.getLogger(TidyUp.class);

  /** The age at which the ledger forgets a run whose id was generated. */
  private static final Duration LEDGER_AGE = Duration.ofDays(400);

  private final RunPlan plan;

  /** Creates the step for a run. */
  public TidyUp(RunPlan plan) {
    this.plan = plan;
  }

  @ProcessElement
  public void process(@Element ResultSummary summary) {
    try (PostgresConnections connections = PostgresConnections.lease(plan.source());
        Session session = connections.borrow()) {
      FaultPoint.TIDYING.reached();
      tidy(session);
      if (ModePlan.of(plan.target()).vacuums()) {
        vacuum(session);
      }
      forgetRejected(session);
      FaultPoint.TIDIED.reached();
    } catch (SQLException e) {
      LOG.warn(
          "Tidying up after {} failed; the result is published, and a later run tidies up",
          plan,
          ServerReason.scrubbed(e));
    } catch (RuntimeException e) {
      LOG.warn(
          "Tidying up after {} failed; the result is published, and a later run tidies up",
          plan,
          e);
    }
  }

  private void tidy(Session session) throws SQLException {
    session.begin(Duration.ofSeconds(1), "tidy up " + plan.target().table());
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    session.commit();
    if (plan.target().keepsVersions()) {
      Versions versions = new Versions(session, resolved);
      for (TableVersion beyond : versions.beyond(plan.target().undo())) {
        versions.drop(beyond);
      }
    }
    AbandonedStaging staging = new AbandonedStaging(session, resolved.stagingSchema());
    staging.dropOwn(plan.run());
    staging.dropOlderThan(plan.target().stagingTtl());
    session.begin(Duration.ofSeconds(1), "purge the ledger");
    Ledger.in(resolved.stagingSchema()).purge(session, resolved.table(), LEDGER_AGE);
    session.commit();
  }

  private void forgetRejected(Session session) throws SQLException {
    session.begin(Duration.ofSeconds(1), "forget old rejected rows");
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    String schema = resolved.stagingSchema();
    Optional<RejectsTable> rejects = RejectsTable.of(plan.target(), resolved);
    if (rejects.isPresent() && rejects.get().isOwnIn(schema)) {
      OldRejects old =
          new OldRejects(rejects.get(), Ledger.in(schema).name(), resolved.table(), rejectsAge());
      old.forget(session);
      old.forgetOldest(session);
    }
    session.commit();
  }

  private Duration rejectsAge() {
    Duration asked = plan.target().stagingTtl();
    return asked.compareTo(OldRejects.SHORTEST_AGE) > 0 ? asked : OldRejects.SHORTEST_AGE;
  }

  private void vacuum(Session session) throws SQLException {
    session.begin(Duration.ofSeconds(1), "look before a vacuum");
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    boolean may = Vacuum.isPermitted(session, resolved.table());
    session.commit();
    if (may) {
      Vacuum.reclaim(session, resolved.table());
    }
  }
}
