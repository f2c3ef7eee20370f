package io.resultsink.postgres.internal.lock;

import io.resultsink.postgres.failure.PublishFailedException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;

/** The end of an attempt in which another session changed what the attempt had found before. */
public final class Overtaken extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public Overtaken(String what) {
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
