package io.resultsink.pipelines.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** A flight recording of each measured run, when they are wanted, and what was hot in it. */
final class Recordings {

  private static final int FRAMES_SHOWN = 15;
  private static final Duration SAMPLED_EVERY = Duration.ofMillis(10);

  private final Path folder;
  private final boolean wanted;
  private final PrintStream out;

  Recordings(Path folder, boolean wanted, PrintStream out) {
    this.folder = folder;
    this.wanted = wanted;
    this.out = out;
  }

  boolean wanted() {
    return wanted;
  }

  /** Does the work, and records it when that is wanted. */
  <T> T during(String name, int round, Callable<T> work) throws Exception {
    if (!wanted) {
      return work.call();
    }
    try (Recording recording = new Recording(Configuration.getConfiguration("profile"))) {
      recording.enable("jdk.ExecutionSample").withPeriod(SAMPLED_EVERY);
      recording.start();
      T result = work.call();
      recording.stop();
      keep(recording, name, round);
      return result;
    }
  }

  private void keep(Recording recording, String name, int round) throws IOException {
    String words = name.replaceAll("[^A-Za-z0-9]+", "-").toLowerCase(Locale.ROOT);
    Path file = folder.resolve(words + "-" + round + ".jfr");
    recording.dump(file);
    out.println("  " + file);
    hot(file).forEach(line -> out.println("    " + line));
  }

  /** The methods that were running most often, with their share of the samples. */
  private static List<String> hot(Path file) throws IOException {
    Map<String, Long> samples = new HashMap<>();
    long all = 0;
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getEventType().getName().equals("jdk.ExecutionSample")
            && event.getStackTrace() != null
            && !event.getStackTrace().getFrames().isEmpty()) {
          RecordedFrame top = event.getStackTrace().getFrames().get(0);
          String method = top.getMethod().getType().getName() + "." + top.getMethod().getName();
          samples.merge(method, 1L, Long::sum);
          all++;
        }
      }
    }
    long total = all;
    return samples.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(FRAMES_SHOWN)
        .map(
            entry ->
                String.format(
                    Locale.ROOT, "%5.1f %%  %s", 100.0 * entry.getValue() / total, entry.getKey()))
        .toList();
  }
}
