package io.resultsink.pipelines.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the parts that were asked for, and prints what came of them. The exit code is 1 when a part
 * failed, as when rows were missing. It is 0 also when a bound is not met, as on a slow machine.
 */
@Command(
    name = "make bench",
    description = "Measures what a write costs, beside a bare COPY and JdbcIO.",
    sortOptions = false)
public final class Benchmark implements Callable<Integer> {

  private static final String FILE = "bench.json";
  private static final long FEWEST_ROWS = 1000;

  @Option(names = "--rows", description = "Rows that most contenders write: ${DEFAULT-VALUE}.")
  private long rows = 2_000_000;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "The parts to run: ${COMPLETION-CANDIDATES}. All without it.")
  private Set<Part> only = EnumSet.noneOf(Part.class);

  @Option(names = "--profile", description = "Write a flight recording of each measured run.")
  private boolean profile;

  @Option(names = "--folder", description = "Where the results go: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("target", "bench");

  /** Recommends the same option for each pipeline; kept, since loggers are forgotten otherwise. */
  private static final Logger FLINK = Logger.getLogger("org.apache.beam.runners.flink");

  private final PrintStream out = System.out;

  private Benchmark() {}

  /** Takes the options that {@code --help} tells. */
  public static void main(String[] arguments) {
    FLINK.setLevel(Level.SEVERE);
    int code =
        new CommandLine(new Benchmark())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments);
    // Flink leaves threads behind.
    System.exit(code);
  }

  @Override
  public Integer call() throws Exception {
    if (rows < FEWEST_ROWS) {
      out.println("error: ROWS=" + rows + " measures nothing; use at least " + FEWEST_ROWS);
      return CommandLine.ExitCode.USAGE;
    }
    long begin = System.nanoTime();
    folder = Files.createDirectories(folder).toAbsolutePath();
    Results results = new Results();
    List<Part> failed = new ArrayList<>();
    Map<String, String> machine = Machine.describe();
    Map<String, String> settings;
    try (BenchServer server = BenchServer.start(folder)) {
      settings = server.settings();
      say("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      machine.forEach(this::say);
      settings.forEach(this::say);
      Path files = Files.createDirectories(folder.resolve("files"));
      Tables tables = new Tables(server.database(), files);
      Recordings recordings = new Recordings(folder, profile, out);
      Bench bench = new Bench(rows, server.database(), tables, folder, results, recordings, out);
      for (Part part : only.isEmpty() ? EnumSet.allOf(Part.class) : only) {
        if (!measured(part, bench)) {
          failed.add(part);
        }
      }
      tables.removeFiles();
    }
    report(results, machine, settings);
    out.println(Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s in all");
    failed.forEach(part -> out.println("error: " + part.label() + " failed; see above"));
    return failed.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void say(String name, String value) {
    out.println(name + ": " + value);
  }

  /** A part that fails leaves the others their turn. */
  private boolean measured(Part part, Bench bench) {
    out.println(part.label());
    try {
      part.measure(bench, new Rounds(bench, part.label()));
      return true;
    } catch (Exception e) {
      e.printStackTrace(out);
      return false;
    }
  }

  private void report(Results results, Map<String, String> machine, Map<String, String> settings)
      throws IOException {
    out.println();
    EncoderTable.print(results, out);
    ResultTable.print(results, only.isEmpty(), out);
    out.println();
    Path file = folder.resolve(FILE);
    ResultJson.write(file, results, rows, machine, settings);
    out.println("written to " + file);
  }
}
