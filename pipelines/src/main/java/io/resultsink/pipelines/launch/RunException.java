package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The failure of a run, in words for users. */
@Internal
public final class RunException extends RuntimeException {

  /** Creates one with a message. */
  public RunException(String message) {
    super(message);
  }

  /** Creates one with a message and a cause. */
  public RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
