package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** Lets another thread end a run before its time. */
@Internal
public final class Cancellation {

  private boolean requested;
  private @Nullable Runnable action;

  /** Sets what ends the run from now on; done at once when that was asked for already. */
  public void onRequest(Runnable ending) {
    synchronized (this) {
      action = ending;
      if (!requested) {
        return;
      }
    }
    ending.run();
  }

  /** Ends the run; it need not have begun. */
  public void request() {
    Runnable ending;
    synchronized (this) {
      requested = true;
      ending = action;
    }
    if (ending != null) {
      ending.run();
    }
  }

  /** Returns whether the run was asked to end. */
  public synchronized boolean requested() {
    return requested;
  }
}
