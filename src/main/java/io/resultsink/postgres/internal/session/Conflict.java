package io.resultsink.postgres.internal.session;

import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The end of an attempt that other sessions got in the way of, though PostgreSQL refused nothing.
 * They changed what the attempt had found, or hold what it needs. Another attempt may succeed.
 */
@Internal
public final class Conflict extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** {@code what} says who or what was in the way, as the beginning of a sentence. */
  public Conflict(String what) {
    super(what);
  }

  /** Returns the failure of a publish that met this in every attempt. */
  public PublishFailedException given(Object target) {
    return new PublishFailedException(
        getMessage() + ", in every attempt; " + target + " is untouched; run it again",
        Remedy.RETRY,
        null,
        this);
  }
}
