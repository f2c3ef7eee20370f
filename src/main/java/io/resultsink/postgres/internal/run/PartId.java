package io.resultsink.postgres.internal.run;

import org.apache.beam.sdk.annotations.Internal;

/**
 * The name of a part, by which the ledger knows what is published: with the table it is the key of
 * a row.
 *
 * @param runId the run that publishes it
 * @param part tells the parts of one run apart
 */
@Internal
public record PartId(String runId, String part) {

  /** As the ledger has it. */
  private static final String WHOLE = "";

  /** The only part of a run that publishes once. */
  public static PartId whole(String runId) {
    return new PartId(runId, WHOLE);
  }
}
