package io.resultsink.pipelines.launch;

import java.io.IOException;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/** The interruption of a pipeline before its end, possible while it runs. */
@Internal
public interface Interruption {

  /** Creates the interruption of a run. */
  interface Kind {
    Interruption arm(CommandContext context, Progress progress, @Nullable Leftovers leftovers);
  }

  /** A part of a run that an interruption ends. */
  interface Stoppable {
    void cancel() throws IOException;
  }

  /** Sets the part to be ended, instead of one that was set before. */
  void stops(Stoppable started);

  /** Returns only if the run itself prints its outcome, and not the interruption. */
  void waitIfUnderWay();

  /** Notes that the pipeline has ended by itself. */
  void disarm();
}
