package io.resultsink.pipelines.command;

import io.resultsink.pipelines.example.SampleAccessLog;
import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.ExitCode;
import io.resultsink.pipelines.launch.RunException;
import io.resultsink.pipelines.launch.UsageException;
import io.resultsink.pipelines.print.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.annotations.Internal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pgresult samples}. */
@Internal
@Command(
    name = "samples",
    sortOptions = false,
    header = "Write sample data for trying out queries.",
    customSynopsis = "pgresult samples [-n RECORDS] FOLDER",
    footer = {
      "",
      "Writes FOLDER/www_access.jsonl, the access log of a fictitious shop: the same",
      "records every time.",
      "",
      "Example:",
      "  pgresult samples samples",
      "  pgresult query -d samples \"SELECT v['code'], COUNT(1) FROM www_access GROUP BY"
          + " v['code']\""
    })
public final class SamplesCommand implements Callable<Integer> {

  private final CommandContext context;

  @Parameters(paramLabel = "FOLDER", description = "the folder, created if it is missing")
  private Path folder = Path.of("samples");

  @Option(
      names = {"-n", "--records"},
      paramLabel = "RECORDS",
      defaultValue = "100000",
      description = "how many records; 100000 by default")
  private long records;

  /** Creates the command in {@code context}. */
  public SamplesCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (records < 0) {
      throw new UsageException("-n is " + records + "; give 0 or more records");
    }
    Path file = folder.resolve("www_access.jsonl");
    try {
      Files.createDirectories(folder);
      SampleAccessLog.write(file, records);
    } catch (IOException e) {
      throw new RunException("cannot write " + file + ": " + e);
    }
    context.note("wrote " + Figures.counted(records, "record") + " to " + file);
    return ExitCode.DONE;
  }
}
