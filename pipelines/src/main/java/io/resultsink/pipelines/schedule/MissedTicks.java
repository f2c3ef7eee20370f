package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** The treatment of ticks at which no serving process was alive. */
@Internal
public enum MissedTicks {
  /** All are skipped. */
  SKIP,
  /** The last one runs late, the others are skipped. */
  LAST,
  /** All run late, one after the other. */
  ALL
}
