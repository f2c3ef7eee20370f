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

/** The staging tables of a run that did not end well, and the state of its target. */
@Internal
public final class Leftovers {

  // A publish that is under way locks its staging table, and usually ends within this time.
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
   * Drops the staging tables of a pipeline that has ended.
   *
   * <p>Without its staging table a run cannot publish any more, so the ledger's answer after that
   * is final.
   *
   * @return false if one is in use, because a publish is still under way
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

  /**
   * Drops the staging tables as {@link #remove} does, but ignores failures, so that they do not
   * hide an earlier one.
   */
  void removeQuietly(Throwable because) {
    try {
      remove();
    } catch (ResultSinkException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Returns the state of the target, in a sentence, after the pipeline was stopped and its staging
   * tables dropped.
   */
  String outcome() {
    try (TargetInspector inspector = TargetInspector.of(target)) {
      boolean removed = remove();
      Optional<ResultSummary> published = inspector.published(runId);
      if (published.isPresent()) {
        return "%s was published before that, %s"
            .formatted(published.get().table(), Figures.counted(published.get().rows(), "row"));
      }
      return removed
          ? target.table() + " is untouched; its staging table is dropped"
          : target.table() + " may still be published; see pgresult show";
    } catch (ResultSinkException e) {
      return "what became of " + target.table() + " is not known: " + e.getMessage();
    }
  }
}
