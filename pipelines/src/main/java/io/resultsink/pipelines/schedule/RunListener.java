package io.resultsink.pipelines.schedule;

import java.time.Duration;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** A listener to what becomes of runs; called from several threads. */
@Internal
public interface RunListener {

  /** An attempt begins. */
  void started(Schedule schedule, Run run);

  /** It waits for an earlier run of the schedule to end. */
  void waiting(Schedule schedule, Run run);

  /** The rows are published; null when their number is not known. */
  void succeeded(Schedule schedule, Run run, @Nullable Long rows, Duration took);

  /** It failed, and tries again after {@code pause}; null for never. */
  void failed(Schedule schedule, Run run, String error, @Nullable Duration pause);

  /** It was ended before its time, and waits for another server. */
  void handedBack(Schedule schedule, Run run);

  /** The schedules database is out of reach, or there again. */
  void reachable(boolean reachable, String why);

  /** Nothing is planned and run here, for this reason; null when it is again. */
  void planning(@Nullable String why);

  /** A schedule cannot be planned here. */
  void unplanned(String schedule, String why);
}
