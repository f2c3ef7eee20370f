package io.resultsink.postgres.internal.preflight;

import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.internal.session.ServerReason;
import java.sql.SQLException;
import org.apache.beam.sdk.annotations.Internal;

/** The failures that servers' errors become before anything is published. */
@Internal
public final class EarlyFailure {

  private EarlyFailure() {}

  /**
   * Returns the failure to throw.
   *
   * @param what a sentence, such as {@code the preflight of shop.hits failed}
   * @param state the state of the target, such as {@code the target is untouched}
   */
  public static StagingFailedException of(String what, String state, SQLException cause) {
    return new StagingFailedException(
        what + " (SQLSTATE " + SqlState.of(cause) + "): " + ServerReason.of(cause) + "; " + state,
        SqlState.isTemporary(cause) ? Remedy.RETRY : Remedy.FIX_TABLE,
        SqlState.of(cause),
        ServerReason.scrubbed(cause));
  }
}
