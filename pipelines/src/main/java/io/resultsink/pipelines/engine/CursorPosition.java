package io.resultsink.pipelines.engine;

import java.io.Serializable;

/**
 * A place in the rows of one execution.
 *
 * @param cursor the name of the open cursor; empty before there is one
 * @param block how many blocks stand before it
 * @param end whether nothing stands behind it
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
