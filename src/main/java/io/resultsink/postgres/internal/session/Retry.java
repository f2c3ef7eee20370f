package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.StagingFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The attempts at work that others may hold up, and the pauses between them. Each pause is up to
 * twice as long as it says, so that two who met do not meet again.
 *
 * @param attempts the most attempts
 * @param firstPause doubled with each attempt
 * @param longestPause where doubling ends
 */
@Internal
public record Retry(int attempts, Duration firstPause, Duration longestPause) {

  /** Returns pauses between attempts that something else than their number ends. */
  public static Retry always(Duration firstPause, Duration longestPause) {
    return new Retry(Integer.MAX_VALUE, firstPause, longestPause);
  }

  /** Returns equal pauses between such attempts. */
  public static Retry every(Duration pause) {
    return always(pause, pause);
  }

  /** Returns whether there is another attempt after this one, the first being 1. */
  public boolean hasAfter(int attempt) {
    return attempt < attempts;
  }

  /**
   * Waits between an attempt, the first being 1, and the next; ends at once when the runner cancels
   * the work.
   *
   * @throws StagingFailedException when the thread is interrupted
   */
  public void pause(int attempt) {
    long doubled = firstPause.toMillis() << Math.min(attempt - 1, 20);
    long millis = Math.min(doubled, longestPause.toMillis());
    try {
      Thread.sleep(millis + ThreadLocalRandom.current().nextLong(millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StagingFailedException(
          "interrupted between two attempts; the target is untouched", Remedy.RETRY, null, e);
    }
  }
}
