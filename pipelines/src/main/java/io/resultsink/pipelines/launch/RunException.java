package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** A run that ended badly, in words for users. */
@Internal
public final class RunException extends RuntimeException {

  /** Says what went wrong. */
  public RunException(String message) {
    super(message);
  }

  /** Says what went wrong, and why. */
  public RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
