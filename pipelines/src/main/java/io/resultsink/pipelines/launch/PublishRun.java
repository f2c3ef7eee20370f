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

/** Runs a pipeline that ends in a table, under a run id, so that its outcome can be asked. */
@Internal
public final class PublishRun {

  /** Adds the pipeline, its sink included. */
  public interface Builder {
    void build(Pipeline pipeline, PostgresTarget target);
  }

  private final CommandContext context;
  private final BeamOptions beam;
  private final Interruption.Kind interruptedBy;

  /** A run that Ctrl-C ends. */
  public PublishRun(CommandContext context, BeamOptions beam) {
    this(context, beam, InterruptHook::arm);
  }

  public PublishRun(CommandContext context, BeamOptions beam, Interruption.Kind interruptedBy) {
    this.context = context;
    this.beam = beam;
    this.interruptedBy = interruptedBy;
  }

  /** Runs it; {@code wait} waits for a runner elsewhere too. */
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
   * Runs it to its end, wherever it runs.
   *
   * @return what it published, or an earlier run of the same id; null when its ledger cannot be
   *     asked from here
   */
  public @Nullable ResultSummary complete(PostgresTarget target, Builder builder) {
    // Only a run that somebody named can have been published before.
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
                "  published %s   %s, %s, %s ago by this very run; nothing was changed"
                    .formatted(
                        summary.table(),
                        summary.mode(),
                        Figures.counted(summary.rows(), "row"),
                        age(summary))));
    return earlier;
  }

  /** Returns how long ago that was. */
  public static String age(ResultSummary summary) {
    return Figures.age(
        Duration.ofMillis(System.currentTimeMillis() - summary.publishedAt().getMillis()));
  }
}
