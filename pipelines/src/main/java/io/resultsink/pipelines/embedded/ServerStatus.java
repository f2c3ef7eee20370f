package io.resultsink.pipelines.embedded;

import java.nio.file.Path;
import java.util.Optional;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The state of the embedded server, found without starting it.
 *
 * @param running where it listens; null if it does not run
 * @param data its data directory
 * @param major the major version that wrote the data; null if there are none yet
 */
@Internal
public record ServerStatus(@Nullable Address running, Path data, @Nullable String major) {

  /** Returns where it listens, if it runs. */
  public Optional<Address> address() {
    return Optional.ofNullable(running);
  }
}
