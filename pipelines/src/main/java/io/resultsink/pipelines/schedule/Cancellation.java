package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The way for another thread to end a run early. */
@Internal
public final class Cancellation {

  private boolean requested;
  private @Nullable Runnable action;

  /** Sets the action that ends the run. It is executed at once if the end was requested already. */
  public void onRequest(Runnable ending) {
    synchronized (this) {
      action = ending;
      if (!requested) {
        return;
      }
    }
    ending.run();
  }

  /** Ends the run, even before it begins. */
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

  /** Returns whether the end was requested. */
  public synchronized boolean requested() {
    return requested;
  }
}
