package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;

/** A wrong command line that its parser accepts. */
@Internal
public final class UsageException extends RuntimeException {

  /** Creates one with a message. */
  public UsageException(String message) {
    super(message);
  }
}
