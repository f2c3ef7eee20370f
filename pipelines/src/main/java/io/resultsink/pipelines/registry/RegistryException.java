package io.resultsink.pipelines.registry;

import org.apache.beam.sdk.annotations.Internal;

/** A named result cannot be kept, found or removed; nothing was changed. */
@Internal
public final class RegistryException extends RuntimeException {

  /** Says what is wrong, and what to do. */
  public RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
