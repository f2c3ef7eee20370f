package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** The treatment of a tick that comes while an earlier run has not ended. */
@Internal
public enum Overlap {
  /** The tick's run waits. */
  WAIT,
  /** The tick is skipped. */
  SKIP
}
