package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.failure.StagingFailedException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The number of attempts at some work, and the pauses between them. Each pause is lengthened by a
 * random part of up to its length, so that two sessions that conflicted do not meet again.
 *
 * @param attempts the most attempts
 * @param firstPause the first pause, doubled with each attempt
 * @param longestPause the pause at which doubling ends
 */
@Internal
public record Retry(int attempts, Duration firstPause, Duration longestPause) {

  /** Returns growing pauses between attempts without a limit of their number. */
  public static Retry always(Duration firstPause, Duration longestPause) {
    return new Retry(Integer.MAX_VALUE, firstPause, longestPause);
  }

  /** Returns equal pauses between attempts without a limit of their number. */
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
