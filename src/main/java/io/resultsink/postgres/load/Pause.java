package io.resultsink.postgres.load;

import io.resultsink.postgres.failure.LoadFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import org.apache.beam.sdk.annotations.Internal;

/** Waits between two attempts, and ends at once when the runner cancels the work. */
@Internal
public final class Pause {

  private Pause() {}

  /**
   * Sleeps.
   *
   * @throws LoadFailedException when the thread is interrupted
   */
  public static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadFailedException(
          "interrupted between two attempts; the target is untouched", Remedy.RETRY, null, e);
    }
  }
}
