package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** The state of a run. */
@Internal
public enum RunState {
  /** The run waits for its turn, or for its next attempt. */
  QUEUED,
  /** The run is being executed. */
  RUNNING,
  /** The run has published, now or before. */
  SUCCESS,
  /** The run has failed for good. */
  ERROR,
  /** The run was never executed. */
  SKIPPED;

  /** Returns whether the state is final. */
  public boolean ended() {
    return this != QUEUED && this != RUNNING;
  }
}
