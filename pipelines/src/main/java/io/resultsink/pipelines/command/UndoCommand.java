package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.report.ResultSummary;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pgresult undo}. */
@Internal
@Command(
    name = "undo",
    sortOptions = false,
    header = "Bring back the rows that the last replace of a table has replaced.",
    description = {
      "",
      "They are those of the first line of pgresult versions. No row is copied, and readers see",
      "old or new, complete. Indexes, views, grants and whatever else hangs on the table stay as",
      "they are now. What is replaced is kept in turn: a second undo undoes the first.",
      ""
    },
    customSynopsis = "pgresult undo RESULT [--to RUN] [--run-id ID] [-p | --password REF]",
    footer = {
      "",
      "Examples:",
      "  pgresult undo embedded:code_counts",
      "  pgresult undo --to nightly-2026-11-24 --password env:SHOP_PASSWORD \\",
      "    postgresql://app@db/shop/top_movies"
    })
public final class UndoCommand implements Callable<Integer> {

  private final CommandContext context;

  @Option(
      names = "--to",
      paramLabel = "RUN",
      description = "the run whose rows are wanted, as pgresult versions lists it")
  private @Nullable String run;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "a name for this undo: with the same name it is done once")
  private @Nullable String runId;

  @Mixin private ResultOptions resultOptions = new ResultOptions();

  @Parameters(paramLabel = "RESULT", description = "the table: embedded:table, or its URL")
  private String result = "";

  /** Creates the command in {@code context}. */
  public UndoCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    PostgresResultSink sink = PostgresResultSink.to(resultOptions.target(result, context));
    if (runId != null) {
      sink = sink.withRunId(runId);
    }
    ResultSummary summary = run == null ? sink.undo() : sink.undo(run);
    context.say(
        "undone %s   %s"
            .formatted(
                summary.table(),
                summary.alreadyPublished()
                    ? "before, by this run id; nothing was changed"
                    : "about "
                        + Figures.counted(summary.rows(), "row")
                        + ", "
                        + Figures.took(
                            Duration.ofMillis(
                                summary.preparingMillis()
                                    + summary.lockMillis()
                                    + summary.publishingMillis()))
                        + "; the same again undoes it"));
    return ExitCode.DONE;
  }
}
