package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The schedules database does not do what it must; what was under way there is rolled back. */
@Internal
public final class ScheduleDatabaseException extends RuntimeException {

  ScheduleDatabaseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
