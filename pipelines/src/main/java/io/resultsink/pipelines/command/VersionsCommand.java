package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.pipelines.print.TextTable;
import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.report.TableVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pgresult versions}. */
@Internal
@Command(
    name = "versions",
    sortOptions = false,
    header = "List the replaced versions of a table, which undo can bring back.",
    description = {
      "",
      "A run with mode=replace and undo=3, or undo=7d, keeps what it replaces.",
      ""
    },
    customSynopsis = "pgresult versions RESULT [-p | --password REF]",
    footer = {
      "",
      "Examples:",
      "  pgresult versions embedded:code_counts",
      "  pgresult versions --password env:SHOP_PASSWORD postgresql://app@db/shop/top_movies"
    })
public final class VersionsCommand implements Callable<Integer> {

  private static final List<String> NAMES =
      List.of("run", "mode", "rows", "published", "replaced", "size");

  private static final List<Boolean> NUMERIC = List.of(false, false, true, true, true, true);

  private final CommandContext context;

  @Mixin private ResultOptions resultOptions = new ResultOptions();

  @Parameters(paramLabel = "RESULT", description = "the table: embedded:table, or its URL")
  private String result = "";

  /** Creates the command in {@code context}. */
  public VersionsCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    List<TableVersion> versions =
        PostgresResultSink.to(resultOptions.target(result, context)).versions();
    if (versions.isEmpty()) {
      context.say("no version is kept; a run with mode=replace and undo=3 keeps three");
      return ExitCode.DONE;
    }
    List<List<@Nullable String>> rows = versions.stream().map(VersionsCommand::row).toList();
    new TextTable(NAMES, NUMERIC).print(rows::forEach, context.out());
    context.say(
        "("
            + Figures.counted(versions.size(), "version")
            + "; pgresult undo brings back the first, or --to RUN another)");
    return ExitCode.DONE;
  }

  private static List<@Nullable String> row(TableVersion version) {
    return Arrays.asList(
        version.runId(),
        version.mode(),
        version.rows() < 0 ? null : Figures.count(version.rows()),
        ago(version.publishedAt()),
        ago(version.replacedAt()),
        Figures.bytes(version.bytes()));
  }

  private static @Nullable String ago(@Nullable Instant time) {
    return time == null ? null : Figures.age(Duration.between(time, Instant.now())) + " ago";
  }
}
