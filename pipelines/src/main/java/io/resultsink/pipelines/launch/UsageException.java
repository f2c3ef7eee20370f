package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;

/** The command line is wrong in a way that its parser does not see. */
@Internal
public final class UsageException extends RuntimeException {

  /** Says what is wrong. */
  public UsageException(String message) {
    super(message);
  }
}
