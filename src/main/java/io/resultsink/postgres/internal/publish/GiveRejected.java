package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.preflight.EarlyFailure;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.rejects.RejectsTable.Rejected;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.RejectedRow;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives out the rejected rows of a run that is published, from the table that keeps them. Each is
 * there once, whatever the runner has repeated. A step that is repeated reads the same.
 */
@Internal
public final class GiveRejected extends DoFn<ResultSummary, Row> {

  private static final Logger LOG = LoggerFactory.getLogger(GiveRejected.class);

  private final RunPlan plan;

  /** Gives out those of a run. */
  public GiveRejected(RunPlan plan) {
    this.plan = plan;
  }

  @ProcessElement
  public void process(@Element ResultSummary summary, OutputReceiver<Row> output) {
    if (summary.rejected() == 0) {
      return;
    }
    long given;
    try (PostgresConnections connections = PostgresConnections.lease(plan.source());
        Session session = connections.borrow()) {
      given = give(session, summary, output);
    } catch (SQLException e) {
      throw EarlyFailure.of(
          "the rows that "
              + summary.table()
              + " rejected could not be read from "
              + summary.rejects(),
          "the others are published; run it again under the same run id to have them given out",
          e);
    }
    if (given != summary.rejected()) {
      LOG.warn(
          "{} rows of {} were rejected, and {} keeps {} of them",
          summary.rejected(),
          plan,
          summary.rejects(),
          given);
    }
  }

  private long give(Session session, ResultSummary summary, OutputReceiver<Row> output)
      throws SQLException {
    session.begin(Duration.ZERO, "read what " + plan.target().table() + " rejected");
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    long given =
        RejectsTable.named(summary.rejects())
            .read(
                session,
                PartId.whole(summary.runId()),
                resolved.table(),
                rejected -> output.output(row(summary, rejected)));
    session.commit();
    return given;
  }

  private static Row row(ResultSummary summary, Rejected rejected) {
    return Row.withSchema(RejectedRow.SCHEMA)
        .addValues(
            summary.runId(),
            summary.table(),
            Instant.ofEpochMilli(rejected.rejectedAt().toEpochMilli()),
            rejected.column(),
            rejected.reason(),
            rejected.sqlState(),
            rejected.row())
        .build();
  }
}
