package io.resultsink.pipelines.registry;

import org.apache.beam.sdk.annotations.Internal;

/** A named result that cannot be created, found or removed. Nothing was changed. */
@Internal
public final class RegistryException extends RuntimeException {

  /** Creates one with the problem and the remedy. */
  public RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
