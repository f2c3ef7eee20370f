package io.resultsink.pipelines.query;

import org.apache.beam.sdk.annotations.Internal;

/** A record that cannot be read. The message has file, line and reason, and never the content. */
@Internal
public final class InputException extends RuntimeException {

  /** A failure, in words for the user. */
  public InputException(String message) {
    super(message);
  }

  /** A failure, in words for the user. */
  public InputException(String file, long line, String reason) {
    super(file + ", line " + line + ": " + reason);
  }

  /** A failure, in words for the user. */
  public InputException(String file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
  }
}
