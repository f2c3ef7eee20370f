package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/**
 * The rows of a run that was published.
 *
 * @param rows how many were published
 * @param rejected how many did not fit the table
 * @param rejects the table that keeps those; empty when there are none
 */
@Internal
public record Published(long rows, long rejected, String rejects) {

  /** Returns rows that all fitted. */
  public static Published all(long rows) {
    return new Published(rows, 0, "");
  }
}
