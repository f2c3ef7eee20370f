package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** The state of a run. */
@Internal
public enum RunState {
  /** Waits for its turn, or for its next attempt. */
  QUEUED,
  /** Is being executed. */
  RUNNING,
  /** Has published, or found that it had. */
  SUCCESS,
  /** Has failed for good. */
  ERROR,
  /** Was never executed. */
  SKIPPED;

  /** Returns whether nothing will happen to it any more. */
  public boolean ended() {
    return this != QUEUED && this != RUNNING;
  }
}
