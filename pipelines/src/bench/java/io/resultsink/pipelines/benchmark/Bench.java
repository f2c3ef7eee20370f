package io.resultsink.pipelines.benchmark;

import io.resultsink.postgres.testing.TestDatabase;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The things that the parts share.
 *
 * @param rows what a contender writes, unless it says otherwise
 * @param folder for files of a run, and what it leaves
 * @param progress a line for each measurement
 */
record Bench(
    long rows,
    TestDatabase database,
    Tables tables,
    Path folder,
    Results results,
    Recordings recordings,
    PrintStream progress) {

  /** The schema of the tables that are written. */
  static final String SCHEMA = TestDatabase.SCHEMA;

  void note(String line) {
    progress.println(line);
  }
}
