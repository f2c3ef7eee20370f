package io.resultsink.pipelines.engine;

import java.io.Serializable;

/**
 * A position in the rows of one execution.
 *
 * @param cursor the name of the open cursor; empty before there is one
 * @param block the number of blocks before it
 * @param end whether no block follows
 */
record CursorPosition(String cursor, long block, boolean end) implements Serializable {

  static final CursorPosition START = new CursorPosition("", 0, false);

  static CursorPosition behind(String cursor, long blocks) {
    return new CursorPosition(cursor, blocks, false);
  }

  static CursorPosition endOf(String cursor, long blocks) {
    return new CursorPosition(cursor, blocks, true);
  }
}
