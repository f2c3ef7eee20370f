package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.OpenCursors;
import io.resultsink.pipelines.engine.ReadQuery;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.ResultSinkException;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.ResultSummary;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** One execution of a pipeline, with its progress and its outcome. */
@Internal
public final class PipelineRun {

  private static final Duration GLANCE = Duration.millis(250);
  private static final Duration REMOTE_GLANCE = Duration.standardSeconds(2);

  private final CommandContext context;
  private final BeamOptions beam;
  private final @Nullable PostgresTarget target;
  private final Interruption.Kind interruptedBy;

  /**
   * Creates an execution that publishes into {@code target}, which has the run id; null for one
   * without a sink.
   */
  public PipelineRun(
      CommandContext context,
      BeamOptions beam,
      @Nullable PostgresTarget target,
      Interruption.Kind interruptedBy) {
    this.context = context;
    this.beam = beam;
    this.target = target;
    this.interruptedBy = interruptedBy;
  }

  /** Launches the pipeline and returns at once, with the runner's id of the job. */
  String launch(Pipeline pipeline) {
    return Job.launch(pipeline).id();
  }

  /**
   * Runs the pipeline to its end.
   *
   * @return the summary; null without a target, or if its ledger cannot be reached from here
   */
  public @Nullable ResultSummary complete(Pipeline pipeline) {
    Leftovers leftovers = leftovers(pipeline);
    Progress progress = new Progress(context);
    Interruption interruption = interruptedBy.arm(context, progress, leftovers);
    RunMetrics counts;
    Set<String> queries = DisplayedIds.sourcesOf(pipeline);
    Job job = null;
    try {
      interruption.stops(() -> queries.forEach(OpenCursors::cancel));
      if (beam.isDirect()) {
        ReadQuery.beginAll(pipeline);
      }
      job = Job.launch(pipeline);
      interruption.stops(job);
      while (!job.await(beam.local() ? GLANCE : REMOTE_GLANCE)) {
        progress.draw(RunMetrics.of(job.metrics()));
        if (beam.isDirect() && queries.isEmpty()) {
          progress.adviseFaster();
        }
      }
      counts = RunMetrics.of(job.metrics());
    } catch (RuntimeException | Error e) {
      interruption.waitIfUnderWay();
      queries.forEach(OpenCursors::end);
      progress.clear();
      if (leftovers == null || job == null && !beam.local()) {
        throw e;
      }
      if (job != null && !isOver(job)) {
        throw new RunException(outOfReach(job, e), e);
      }
      if (e instanceof RunException) {
        throw new RunException(e.getMessage() + "; " + leftovers.outcome(), e);
      }
      leftovers.removeQuietly(e);
      throw e;
    } finally {
      interruption.disarm();
      queries.forEach(OpenCursors::end);
    }
    progress.clear();
    progress.read(counts);
    return target == null ? null : published(target, progress);
  }

  /** A job on a cluster may go on although the connection to its runner is lost. */
  private boolean isOver(Job job) {
    return beam.local() || job.isOver();
  }

  private String outOfReach(Job job, Throwable because) {
    PostgresTarget to = Objects.requireNonNull(target);
    return "%s cannot be asked any more (%s); its job %s may go on, and %s is old or new, and complete; run it again with --run-id %s: it publishes once"
        .formatted(beam.runner(), Failure.of(because).message(), job.id(), to.table(), to.runId());
  }

  private @Nullable Leftovers leftovers(Pipeline pipeline) {
    if (target == null) {
      return null;
    }
    Set<String> loads = DisplayedIds.loadsOf(pipeline);
    return new Leftovers(target, String.valueOf(target.runId()), loads);
  }

  private @Nullable ResultSummary published(PostgresTarget to, Progress progress) {
    Optional<ResultSummary> summary;
    try (TargetInspector inspector = TargetInspector.of(to)) {
      summary = inspector.published(String.valueOf(to.runId()));
    } catch (ResultSinkException e) {
      if (!beam.local() && e instanceof DatabaseUnavailableException) {
        context.note("  published " + to.table() + "; its ledger cannot be asked from here");
        return null;
      }
      throw new RunException(
          "the pipeline ended without an error, but the ledger of %s could not be read (%s); run it again with --run-id %s: it publishes once"
              .formatted(to.table(), e.getMessage(), to.runId()),
          e);
    }
    if (summary.isEmpty()) {
      throw new RunException(
          "the pipeline ended without an error, but the ledger of %s has no run %s; run it again with --run-id %s"
              .formatted(to.table(), to.runId(), to.runId()));
    }
    progress.staged(summary.get().rows(), summary.get().chunks());
    context.note(
        "  %-9s %-18s %s, %s, %s"
            .formatted(
                "published",
                summary.get().table(),
                summary.get().mode(),
                Figures.counted(summary.get().rows(), "row"),
                Figures.took(progress.elapsed())));
    if (!summary.get().lost().isEmpty()) {
      context.note("  %-9s %s".formatted("lost", summary.get().lostInWords()));
    }
    return summary.get();
  }
}
