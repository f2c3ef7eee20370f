package io.resultsink.postgres.load;

import io.resultsink.postgres.destination.PostgresConnections;
import io.resultsink.postgres.destination.ServerReason;
import io.resultsink.postgres.destination.Session;
import io.resultsink.postgres.failure.LoadFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;

/** Opens the staging table of a run, again when another worker or a lost session got in the way. */
@Internal
public final class StagingOpener {

  private static final int ATTEMPTS = 5;
  private static final int PAUSE_MILLIS = 200;

  private StagingOpener() {}

  /** The staging table, or the summary of a run that is published already. */
  public static StagingTable.Opened open(PostgresConnections connections, RunPlan plan) {
    for (int attempt = 1; ; attempt++) {
      try (Session session = connections.borrow()) {
        return StagingTable.open(session, plan);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !(SqlState.isTransient(e) || SqlState.isCreationRace(e))) {
          throw new LoadFailedException(
              "the staging table for "
                  + plan.target().table()
                  + " could not be created (SQLSTATE "
                  + SqlState.of(e)
                  + "): "
                  + ServerReason.of(e)
                  + "; the target is untouched",
              SqlState.isTransient(e) ? Remedy.RETRY : Remedy.FIX_TABLE,
              SqlState.of(e),
              e);
        }
      }
      Pause.millis((long) PAUSE_MILLIS << attempt);
    }
  }
}
