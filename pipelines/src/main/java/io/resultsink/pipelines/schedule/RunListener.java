package io.resultsink.pipelines.schedule;

import java.time.Duration;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** A listener to the states of runs, called from several threads. */
@Internal
public interface RunListener {

  /** An attempt begins. */
  void started(Schedule schedule, Run run);

  /** A run waits for the end of an earlier run of the schedule. */
  void waiting(Schedule schedule, Run run);

  /** The rows are published; null if their number is not known. */
  void succeeded(Schedule schedule, Run run, @Nullable Published rows, Duration took);

  /** An attempt failed; the next one follows after {@code pause}, or never if it is null. */
  void failed(Schedule schedule, Run run, String error, @Nullable Duration pause);

  /** A run was ended early, and waits for another serving process. */
  void handedBack(Schedule schedule, Run run);

  /** The schedules database cannot be reached, or can be reached again. */
  void reachable(boolean reachable, String why);

  /** Nothing is planned and run here for this reason; null if work goes on again. */
  void planning(@Nullable String why);

  /** A schedule cannot be planned by this serving process. */
  void unplanned(String schedule, String why);
}
