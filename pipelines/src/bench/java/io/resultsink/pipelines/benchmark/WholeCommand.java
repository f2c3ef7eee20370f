package io.resultsink.pipelines.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, from its start to its end, as in a shell. */
final class WholeCommand {

  /** Between two looks at the memory of the process. */
  private static final long LOOK_MILLIS = 50;

  private static final double KILOBYTES = 1024;

  private final List<String> words;
  private final Map<String, String> environment;
  private final Path output;

  /** A command whose output goes to a file. */
  WholeCommand(List<String> words, Map<String, String> environment, Path output) {
    this.words = List.copyOf(words);
    this.environment = new HashMap<>(environment);
    this.output = output;
  }

  /**
   * The time and memory that a command took.
   *
   * @param megabytes the most resident memory; empty where the system does not tell
   */
  record Taken(Duration time, OptionalDouble megabytes) {}

  /** Runs it; fails with its output when it fails. */
  Taken run() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    long begin = System.nanoTime();
    Process process = builder.start();
    process.getOutputStream().close();
    OptionalDouble most = OptionalDouble.empty();
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      OptionalDouble now = resident(process.pid());
      most = now.isPresent() ? now : most;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          words.get(0) + " ended with " + process.exitValue() + ": " + Files.readString(output));
    }
    return new Taken(took, most);
  }

  /** The high-water mark of a process, which Linux keeps. */
  private static OptionalDouble resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / KILOBYTES)
          .findFirst();
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }
}
