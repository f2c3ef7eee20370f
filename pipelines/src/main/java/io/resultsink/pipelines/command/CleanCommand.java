package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.inspect.TargetInspector;
import io.resultsink.postgres.internal.rejects.RejectsTable;
import io.resultsink.postgres.internal.staging.AbandonedStaging;
import io.resultsink.postgres.report.TableVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult clean}. */
@Internal
@Command(
    name = "clean",
    sortOptions = false,
    header = "List and drop abandoned staging tables, and versions beyond their limit.",
    description = {
      "",
      "A run that fails leaves its staging table. Nothing tells a dead run from a slow one, so",
      "tables that are younger than staging_ttl (7 days, or the one in RESULT) are kept.",
      "A run whose staging table is dropped fails; its target stays as it is.",
      "",
      "Versions beyond the undo of RESULT, or else of the run that replaced last, are dropped",
      "too. Rows that did not fit are forgotten when their run was published that long ago,",
      "if they are in the sink's own table, result_sink_rejects.",
      ""
    },
    customSynopsis = "pgresult clean RESULT [--older-than AGE] [--dry-run] [-p | --password REF]",
    footer = {
      "",
      "Examples:",
      "  pgresult clean --dry-run embedded:code_counts",
      "  pgresult clean --older-than 12h --password env:SHOP_PASSWORD \\",
      "    postgresql://app@db/shop/top_movies"
    })
public final class CleanCommand implements Callable<Integer> {

  private final CommandContext context;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      description = "drop tables that are older: 30m, 12h, 7d (the staging_ttl of RESULT)")
  private @Nullable String olderThan;

  @Option(names = "--dry-run", description = "list only, drop nothing")
  private boolean dryRun;

  @Mixin private ResultOptions resultOptions = new ResultOptions();

  @Parameters(paramLabel = "RESULT", description = "the table of the runs")
  private String result = "";

  /** Creates the command in {@code context}. */
  public CleanCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Duration given = olderThan == null ? null : age(olderThan);
    PostgresTarget target = resultOptions.target(result, context);
    Duration age = given == null ? target.stagingTtl() : given;
    try (TargetInspector inspector = TargetInspector.of(target)) {
      List<AbandonedStaging.Found> found = inspector.staging();
      int removed = 0;
      for (AbandonedStaging.Found staging : found) {
        String fate = dryRun ? "would be dropped" : "kept: in use";
        if (staging.age().compareTo(age) < 0) {
          fate = "kept: younger than " + Figures.age(age);
        } else if (!dryRun && inspector.drop(staging)) {
          removed++;
          fate = "dropped";
        }
        context.say(
            "%s  of %s, %s old, %s  %s"
                .formatted(
                    staging.name(),
                    staging.target(),
                    Figures.age(staging.age()),
                    Figures.bytes(staging.bytes()),
                    fate));
      }
      context.say(summary(found.size(), removed));
      cleanRejected(inspector, age);
      cleanVersions(inspector, target);
      return ExitCode.DONE;
    }
  }

  private void cleanRejected(TargetInspector inspector, Duration age) {
    long rows = inspector.oldRejected(age, !dryRun);
    if (rows > 0) {
      context.say(
          "%s  %s that did not fit, published longer than %s ago  %s"
              .formatted(
                  RejectsTable.OWN,
                  Figures.counted(rows, "row"),
                  Figures.age(age),
                  dryRun ? "would be forgotten" : "forgotten"));
    }
  }

  private void cleanVersions(TargetInspector inspector, PostgresTarget target) {
    List<TableVersion> beyond = inspector.versionsBeyond(target.undo());
    for (TableVersion version : beyond) {
      String fate =
          dryRun ? "would be dropped" : inspector.drop(version) ? "dropped" : "kept: in use";
      context.say(
          "%s  version of run %s, replaced %s ago, %s  %s"
              .formatted(
                  version.name(),
                  version.runId() == null ? "unknown" : version.runId(),
                  Figures.age(Duration.between(version.replacedAt(), Instant.now())),
                  Figures.bytes(version.bytes()),
                  fate));
    }
  }

  private String summary(int found, int removed) {
    if (found == 0) {
      return "there is no staging table of this table";
    }
    return dryRun
        ? Figures.counted(found, "staging table") + "; nothing was dropped"
        : "dropped " + removed + " of " + Figures.counted(found, "staging table");
  }

  /** Reads an age such as {@code 7d}. */
  static Duration age(String text) {
    String amount = text.replace(" ", "").toUpperCase(Locale.ROOT);
    try {
      Duration age = Duration.parse((amount.endsWith("D") ? "P" : "PT") + amount);
      if (!age.isNegative()) {
        return age;
      }
    } catch (DateTimeParseException e) {
      // Reported below, in the words of this option.
    }
    throw new UsageException("--older-than '" + text + "' is not an age; write 30m, 12h or 7d");
  }
}
