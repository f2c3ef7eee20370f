package io.resultsink.pipelines.runner;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder with one table {@code wide}, of rows so wide that they are staged in several chunks, and
 * the same rows as SQL.
 */
final class WideRows {

  /** Enough for several chunks of each of two workers. */
  static final int ROWS = 60_000;

  /** The query over the folder. */
  static final String QUERY = "SELECT id, name, score FROM wide";

  private static final int FILES = 4;
  private static final int WIDTH = 600;

  private WideRows() {}

  /** Writes them. */
  static Path in(Path folder) throws IOException {
    Path table = Files.createDirectories(folder.resolve("wide"));
    String wide = "x".repeat(WIDTH);
    for (int file = 0; file < FILES; file++) {
      try (BufferedWriter rows = Files.newBufferedWriter(table.resolve(file + ".jsonl"))) {
        for (int id = file; id < ROWS; id += FILES) {
          rows.write("{\"id\":" + id + ",\"name\":\"" + id + wide + "\",\"score\":1.5}\n");
        }
      }
    }
    return folder;
  }

  /** What the query gives. */
  static String sql() {
    return "SELECT i AS id, i || repeat('x', "
        + WIDTH
        + ") AS name, 1.5::float8 AS score FROM generate_series(0, "
        + (ROWS - 1)
        + ") AS i";
  }
}
