package io.resultsink.pipelines.schedule;

import org.apache.beam.sdk.annotations.Internal;

/** A request about schedules that cannot be fulfilled. Nothing was changed. */
@Internal
public final class ScheduleException extends RuntimeException {

  /** Creates one with the problem and the remedy. */
  public ScheduleException(String message) {
    super(message);
  }
}
