package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** What was asked of schedules cannot be done; nothing was changed. */
@Internal
public final class ScheduleException extends RuntimeException {

  /** Says what is wrong, and what to do. */
  public ScheduleException(String message) {
    super(message);
  }
}
