package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** A failure of the schedules database. Its transaction is rolled back. */
@Internal
public final class ScheduleDatabaseException extends RuntimeException {

  ScheduleDatabaseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
