package io.resultsink.pipelines.benchmark;

import java.time.Duration;

/** Times work that may fail. */
final class Stopwatch {

  /** The work. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  private Stopwatch() {}

  static Duration time(Work work) throws Exception {
    long begin = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
