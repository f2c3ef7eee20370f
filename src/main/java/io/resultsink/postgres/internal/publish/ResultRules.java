package io.resultsink.postgres.internal.publish;

import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.session.PostgresConnections;
import io.resultsink.postgres.internal.session.Session;
import io.resultsink.postgres.internal.staging.StagingTable;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rules for the size of a result, before anything of it is published. */
final class ResultRules {

  private static final Logger LOG = LoggerFactory.getLogger(ResultRules.class);

  private final PostgresConnections connections;
  private final PostgresTarget target;
  private final StagingTable staging;
  private final ReportedRows rows;
  private final RejectedRows rejected;

  ResultRules(
      PostgresConnections connections,
      PostgresTarget target,
      StagingTable staging,
      ReportedRows rows) {
    this.connections = connections;
    this.target = target;
    this.staging = staging;
    this.rows = rows;
    this.rejected = rows.rejected();
  }

  /**
   * Refuses a result that is too small or too bad.
   *
   * @throws PublishFailedException with the reason
   */
  void check() {
    Long most = target.maxRejected();
    if (most != null && rejected.count() > most) {
      throw refused(
          rejected.count()
              + " rows of the result do not fit, more than max_rejected="
              + most
              + reasons());
    }
    if (rows.part().rows() == 0 && rejected.count() > 0) {
      throw refused(
          "none of the "
              + rejected.count()
              + " rows of the result fits, and an empty result is not what was asked for"
              + reasons());
    }
    if (rows.part().rows() < target.minRows()) {
      String without =
          rejected.count() == 0
              ? ""
              : " without the " + rejected.count() + " that do not fit" + reasons();
      throw refused(
          "the result has "
              + rows.part().rows()
              + " rows"
              + without
              + ", fewer than min_rows="
              + target.minRows());
    }
  }

  /** Nothing keeps the rows of a run that fails, so that its message has to tell. */
  private String reasons() {
    try {
      return " (" + connections.briefly(this::read) + ")";
    } catch (SQLException | RuntimeException e) {
      LOG.warn("The reasons for which rows of {} were rejected cannot be read", target, e);
      return "";
    }
  }

  private String read(Session session) throws SQLException {
    session.begin(Duration.ZERO, "look at rejected rows");
    String reasons = rejected.reasons(session);
    session.rollback();
    return reasons;
  }

  private PublishFailedException refused(String what) {
    return new PublishFailedException(
        what + "; " + staging.target() + " is untouched", Remedy.FIX_DATA, null, null);
  }
}
