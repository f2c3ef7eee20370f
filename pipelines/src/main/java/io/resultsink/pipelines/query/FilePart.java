package io.resultsink.pipelines.query;

import java.io.Serializable;

/**
 * The part of a file that one worker reads: the lines that begin in {@code [start, end)}.
 *
 * @param table the table of the file
 */
record FilePart(String table, String file, long start, long end) implements Serializable {

  /** Small enough that all cores are busy and progress shows, large enough to be worth a seek. */
  static final long PART_BYTES = 8L << 20;

  static FilePart whole(String table, String file) {
    return new FilePart(table, file, 0, Long.MAX_VALUE);
  }
}
