package io.resultsink.postgres.internal.run;

import org.apache.beam.sdk.annotations.Internal;

/**
 * The id of a part. Together with the table it is the key of a row of the ledger.
 *
 * @param runId the run that publishes it
 * @param part the name of the part within its run
 */
@Internal
public record PartId(String runId, String part) {

  /** The name of the whole result in the ledger. */
  private static final String WHOLE = "";

  /** Returns the id of the only part of a run. */
  public static PartId whole(String runId) {
    return new PartId(runId, WHOLE);
  }
}
