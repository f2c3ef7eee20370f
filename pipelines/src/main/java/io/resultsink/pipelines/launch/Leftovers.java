package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.print.Figures;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.annotations.Internal;

/** The leftovers of a run when it does not end well, and what became of its target. */
@Internal
public final class Leftovers {

  // A publish that is under way holds its staging table, and is over in less as a rule.
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final PostgresTarget target;
  private final String runId;
  private final Set<String> loads;

  Leftovers(PostgresTarget target, String runId, Set<String> loads) {
    this.target = target;
    this.runId = runId;
    this.loads = loads;
  }

  /**
   * Removes the staging tables of a pipeline that is over.
   *
   * <p>Without its staging table a run cannot publish any more, so that what the ledger says
   * afterwards is final.
   *
   * @return false when one is in use, because a publish is under way after all
   */
  boolean remove() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (TargetInspector inspector = TargetInspector.of(target)) {
      while (!removeFrom(inspector)) {
        if (System.nanoTime() > end || !pause()) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean removeFrom(TargetInspector inspector) {
    boolean all = true;
    for (AbandonedStaging.Found staging : inspector.staging()) {
      all &= !loads.contains(staging.loadId()) || inspector.drop(staging);
    }
    return all;
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** As {@link #remove}, where a failure to remove must not hide the failure that led here. */
  void removeQuietly(Throwable because) {
    try {
      remove();
    } catch (ResultSinkException e) {
      because.addSuppressed(e);
    }
  }

  /** Returns what became of the target, in a sentence, after everything was stopped and removed. */
  String outcome() {
    try (TargetInspector inspector = TargetInspector.of(target)) {
      boolean removed = remove();
      Optional<ResultSummary> published = inspector.published(runId);
      if (published.isPresent()) {
        return "%s was published before that, %s"
            .formatted(published.get().table(), Figures.counted(published.get().rows(), "row"));
      }
      return removed
          ? target.table() + " is untouched; nothing is left behind"
          : target.table() + " may be published still; see pgresult show";
    } catch (ResultSinkException e) {
      return "what became of " + target.table() + " is not known: " + e.getMessage();
    }
  }
}
