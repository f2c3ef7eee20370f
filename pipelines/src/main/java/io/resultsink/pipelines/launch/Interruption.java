package io.resultsink.pipelines.launch;

import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The interruption of a pipeline before its time, armed while it runs. */
@Internal
public interface Interruption {

  /** Makes one for a run. */
  interface Kind {
    Interruption arm(CommandContext context, Progress progress, @Nullable Leftovers leftovers);
  }

  /** Names the job that is to be stopped. */
  void stops(Job running);

  /** Returns only when whatever interrupts leaves the last words to the run. */
  void waitIfUnderWay();

  /** The pipeline ended well or badly by itself. */
  void disarm();
}
