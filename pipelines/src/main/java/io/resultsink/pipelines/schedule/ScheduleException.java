package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** A request about schedules that cannot be met; nothing was changed. */
@Internal
public final class ScheduleException extends RuntimeException {

  /** Says what is wrong, and what to do. */
  public ScheduleException(String message) {
    super(message);
  }
}
