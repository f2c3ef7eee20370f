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
  private final @Nullable RejectsFile rejects;

  /** Creates an execution that Ctrl-C ends. */
  public PublishRun(CommandContext context, BeamOptions beam) {
    this(context, beam, InterruptHook::arm);
  }

  public PublishRun(CommandContext context, BeamOptions beam, Interruption.Kind interruptedBy) {
    this(context, beam, interruptedBy, null);
  }

  private PublishRun(
      CommandContext context,
      BeamOptions beam,
      Interruption.Kind interruptedBy,
      @Nullable RejectsFile rejects) {
    this.context = context;
    this.beam = beam;
    this.interruptedBy = interruptedBy;
    this.rejects = rejects;
  }

  /** The same run; a file, when there is one, gets the rows that do not fit. */
  public PublishRun rejectingInto(@Nullable RejectsFile file) {
    return new PublishRun(context, beam, interruptedBy, file);
  }

  /** Runs it; with {@code wait}, also waits for a job on a cluster. */
  public int run(PostgresTarget target, boolean wait, Builder builder) {
    if (beam.local() || wait) {
      ResultSummary summary = complete(target, builder);
      if (summary != null) {
        tellRejected(target, summary);
      }
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
    ResultSummary summary = new PipelineRun(context, beam, named, interruptedBy).complete(pipeline);
    if (summary == null && rejects != null) {
      throw new RunException(
          "the ledger of %s cannot be asked from here, so %s was not written; run it again with --run-id %s from where it can: it publishes nothing, and writes the file"
              .formatted(named.table(), rejects.path(), named.runId()));
    }
    return summary;
  }

  /** The last line: a run that leaves rows out has succeeded, and nobody is to miss them. */
  private void tellRejected(PostgresTarget target, ResultSummary summary) {
    if (rejects != null) {
      rejects.write(target, summary);
    }
    if (summary.rejected() > 0) {
      context.note(
          "  %-9s %-18s %s did not fit"
              .formatted(
                  "rejected",
                  rejects == null ? summary.rejects() : rejects.path(),
                  Figures.counted(summary.rejected(), "row")));
    }
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
    String undone;
    try (TargetInspector inspector = TargetInspector.of(target)) {
      earlier = inspector.published(runId);
      undone = earlier.isPresent() && inspector.undoneAt(runId).isPresent() ? ", undone since" : "";
    }
    earlier.ifPresent(
        summary ->
            context.note(
                "  published %s   %s, %s, %s ago by this run%s; nothing was changed"
                    .formatted(
                        summary.table(),
                        summary.mode(),
                        Figures.counted(summary.rows(), "row"),
                        age(summary),
                        undone)));
    return earlier;
  }

  /** Returns how long ago the publish was. */
  public static String age(ResultSummary summary) {
    return Figures.age(
        Duration.ofMillis(System.currentTimeMillis() - summary.publishedAt().getMillis()));
  }
}
