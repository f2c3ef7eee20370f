package io.resultsink.pipelines.duckdb;

import org.apache.beam.sdk.annotations.Internal;

/** The share of this machine for one query, if several run in this process. */
@Internal
public final class EngineShare {

  /** The rest is for Java, PostgreSQL and other processes. */
  private static final int PERCENT_OF_MEMORY = 50;

  private static volatile int jobs = 1;

  private EngineShare() {}

  /** Sets how many queries may run at a time. */
  public static void among(int queries) {
    jobs = Math.max(1, queries);
  }

  static int threads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / jobs);
  }

  static int memoryPercent() {
    return Math.max(1, PERCENT_OF_MEMORY / jobs);
  }
}
