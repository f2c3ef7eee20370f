package io.resultsink.pipelines.command;

import io.resultsink.postgres.TargetInspector;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;

/** Runs a pipeline that ends in a table, under a run id, so that its outcome can be asked. */
final class PublishRun {

  /** Adds the pipeline, its sink included. */
  interface Builder {
    void build(Pipeline pipeline, PostgresTarget target);
  }

  private final Terminal terminal;
  private final BeamOptions beam;

  PublishRun(Terminal terminal, BeamOptions beam) {
    this.terminal = terminal;
    this.beam = beam;
  }

  /** Runs it; {@code wait} waits for a runner elsewhere too. */
  int run(PostgresTarget target, boolean wait, Builder builder) {
    // Only a run that somebody named can have been published before.
    if (beam.local() && target.runId() != null && isPublished(target, target.runId())) {
      return ExitCode.DONE;
    }
    String runId = target.runId() == null ? UUID.randomUUID().toString() : target.runId();
    PostgresTarget named = target.toBuilder().runId(runId).build();
    Pipeline pipeline = Pipeline.create(beam.options());
    builder.build(pipeline, named);
    PipelineRun run = new PipelineRun(terminal, beam, named);
    if (beam.local() || wait) {
      run.complete(pipeline);
    } else {
      terminal.out().println(run.launch(pipeline));
      terminal.note("runs on " + beam.runner() + " as run " + runId + "; -w waits for it");
    }
    return ExitCode.DONE;
  }

  private boolean isPublished(PostgresTarget target, String runId) {
    Optional<ResultSummary> earlier;
    try (TargetInspector inspector = TargetInspector.of(target)) {
      earlier = inspector.published(runId);
    }
    earlier.ifPresent(
        summary ->
            terminal.note(
                "  published %s   %s, %s, %s ago by this very run; nothing was changed"
                    .formatted(
                        summary.table(),
                        summary.mode(),
                        Figures.counted(summary.rows(), "row"),
                        age(summary))));
    return earlier.isPresent();
  }

  /** How long ago that was. */
  static String age(ResultSummary summary) {
    return Figures.age(
        Duration.ofMillis(System.currentTimeMillis() - summary.publishedAt().getMillis()));
  }
}
