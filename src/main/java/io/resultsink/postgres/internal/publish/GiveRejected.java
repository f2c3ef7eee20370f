package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.RejectedRowsUnreadException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.catalog.ResolvedTarget;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.rejects.RejectsTable.Rejected;
import io.resultsink.postgres.internal.run.PartId;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.ServerReason;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.report.RejectedRow;
import io.resultsink.postgres.report.ResultSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;
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
    Given given;
    try (PostgresConnections connections = PostgresConnections.lease(plan.source())) {
      given = connections.briefly(session -> give(session, summary, output));
    } catch (SQLException | ResultSinkException e) {
      throw failed(summary, e);
    }
    if (given.failure() != null) {
      throw failed(summary, given.failure());
    }
    if (given.rows() > summary.rejected()
        || given.rows() < summary.rejected() && !summary.alreadyPublished()) {
      throw new RejectedRowsUnreadException(
          summary.table() + " is published, and " + counts(summary, given),
          Remedy.FIX_TABLE,
          null,
          null);
    }
    if (given.rows() < summary.rejected()) { // old ones are deleted
      LOG.warn("{} was published before, and {}", summary.table(), counts(summary, given));
    }
  }

  private static String counts(ResultSummary summary, Given given) {
    return summary.rejected()
        + " rows did not fit, and "
        + summary.rejects()
        + " has "
        + given.rows()
        + " of run "
        + summary.runId()
        + (given.rows() > summary.rejected()
            ? "; another publish under this run id added to them, so none is given out; look at"
                + " them there"
            : "; somebody deleted the others");
  }

  /**
   * The rows that were given out.
   *
   * @param failure the failure after some of them, which a second try would give out twice
   */
  private record Given(long rows, @Nullable SQLException failure) {}

  private Given give(Session session, ResultSummary summary, OutputReceiver<Row> output)
      throws SQLException {
    session.begin(Duration.ZERO, "read what " + plan.target().table() + " rejected");
    ResolvedTarget resolved = ResolvedTarget.resolve(session, plan.target());
    AtomicLong given = new AtomicLong();
    try {
      RejectsTable.named(summary.rejects())
          .read(
              session,
              PartId.whole(summary.runId()),
              resolved.table(),
              rejected -> {
                output.output(row(summary, rejected));
                given.incrementAndGet();
              });
      session.commit();
    } catch (SQLException e) {
      if (given.get() == 0) {
        throw e;
      }
      return new Given(given.get(), e);
    }
    return new Given(given.get(), null);
  }

  private static ResultSinkException failed(ResultSummary summary, Exception failure) {
    boolean again =
        SqlState.isTemporary(failure) && !(failure instanceof IncompatibleTableException);
    return new RejectedRowsUnreadException(
        summary.table()
            + " is published, and the rows that did not fit could not be read from "
            + summary.rejects()
            + ": "
            + (failure instanceof SQLException sql
                ? ServerReason.of(sql) + " (SQLSTATE " + SqlState.of(sql) + ")"
                : failure.getMessage())
            + "; launch it again under run id "
            + summary.runId()
            + ": it publishes nothing, and gives them out",
        again ? Remedy.RETRY : Remedy.FIX_TABLE,
        SqlState.of(failure),
        failure instanceof SQLException sql ? ServerReason.scrubbed(sql) : failure);
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
