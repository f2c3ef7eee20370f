package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.preflight.LoadFailure;
import io.resultsink.postgres.internal.run.RunPlan;
import io.resultsink.postgres.internal.session.BriefWork;
import io.resultsink.postgres.internal.session.PostgresConnections;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;

/** Opens the staging table of a run, again when another worker or a lost session got in the way. */
@Internal
public final class StagingOpener {

  private StagingOpener() {}

  /** The staging table, or the summary of a run that is published already. */
  public static StagingTable.Opened open(PostgresConnections connections, RunPlan plan) {
    try {
      return BriefWork.run(connections, session -> StagingTable.open(session, plan));
    } catch (SQLException e) {
      throw LoadFailure.of(
          "the staging table for " + plan.target().table() + " could not be created",
          "the target is untouched",
          e);
    }
  }
}
