package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.print.Figures;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a pipeline with a sink, under a run id by which the ledger knows its outcome.
 */
@Internal
public final class PublishRun {

  /** A function that adds the pipeline with its sink. */
  public interface Builder {
    void build(Pipeline pipeline, PostgresTarget target);
  }

  private final CommandContext context;
  private final BeamOptions beam;
  private final Interruption.Kind interruptedBy;

  /** Creates an execution that Ctrl-C ends. */
  public PublishRun(CommandContext context, BeamOptions beam) {
    this(context, beam, InterruptHook::arm);
  }

  public PublishRun(CommandContext context, BeamOptions beam, Interruption.Kind interruptedBy) {
    this.context = context;
    this.beam = beam;
    this.interruptedBy = interruptedBy;
  }

  /** Runs it; with {@code wait}, also waits for a job on a cluster. */
  public int run(PostgresTarget target, boolean wait, Builder builder) {
    if (beam.local() || wait) {
      complete(target, builder);
      return ExitCode.DONE;
    }
    PostgresTarget named = named(target);
    Pipeline pipeline = pipeline(named, builder);
    context.say(new PipelineRun(context, beam, named, interruptedBy).launch(pipeline));
    context.note("runs on " + beam.runner() + " as run " + named.runId() + "; -w waits for it");
    return ExitCode.DONE;
  }

  /**
   * Runs it to its end, also on a cluster.
   *
   * @return the summary, of an earlier launch of the same run id too; null if its ledger cannot be
   *     reached from here
   */
  public @Nullable ResultSummary complete(PostgresTarget target, Builder builder) {
    // Only a run with a given id can have been published before.
    if (beam.local() && target.runId() != null) {
      Optional<ResultSummary> earlier = published(target, target.runId());
      if (earlier.isPresent()) {
        return earlier.get();
      }
    }
    PostgresTarget named = named(target);
    Pipeline pipeline = pipeline(named, builder);
    return new PipelineRun(context, beam, named, interruptedBy).complete(pipeline);
  }

  private static PostgresTarget named(PostgresTarget target) {
    String runId = target.runId() == null ? UUID.randomUUID().toString() : target.runId();
    return target.toBuilder().runId(runId).build();
  }

  private Pipeline pipeline(PostgresTarget named, Builder builder) {
    Pipeline pipeline = Pipeline.create(beam.options());
    builder.build(pipeline, named);
    return pipeline;
  }

  private Optional<ResultSummary> published(PostgresTarget target, String runId) {
    Optional<ResultSummary> earlier;
    try (TargetInspector inspector = TargetInspector.of(target)) {
      earlier = inspector.published(runId);
    }
    earlier.ifPresent(
        summary ->
            context.note(
                "  published %s   %s, %s, %s ago by this run; nothing was changed"
                    .formatted(
                        summary.table(),
                        summary.mode(),
                        Figures.counted(summary.rows(), "row"),
                        age(summary))));
    return earlier;
  }

  /** Returns how long ago the publish was. */
  public static String age(ResultSummary summary) {
    return Figures.age(
        Duration.ofMillis(System.currentTimeMillis() - summary.publishedAt().getMillis()));
  }
}
