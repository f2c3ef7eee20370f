package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.RowEncoder;
import java.nio.ByteBuffer;
import java.util.Set;

/** The rows of a binary COPY, to be sent in parts. */
final class CopyRows {

  private final byte[] bytes;

  /** The positions of the rows' first bytes, and of the trailer's. */
  private final int[] starts;

  /** The {@code count} rows of a whole COPY, header and trailer included. */
  CopyRows(CopyBuffer copy, int count) {
    bytes = copy.array();
    starts = new int[count + 1];
    ByteBuffer all = ByteBuffer.wrap(bytes, 0, copy.size());
    all.position(begun().size());
    for (int row = 0; row < count; row++) {
      starts[row] = all.position();
      for (int fields = all.getShort(); fields > 0; fields--) {
        int length = Math.max(all.getInt(), 0); // -1 is NULL
        all.position(all.position() + length);
      }
    }
    starts[count] = all.position();
  }

  int count() {
    return starts.length - 1;
  }

  /** A COPY of the rows from one to before another. */
  CopyBuffer part(int from, int to) {
    CopyBuffer part = begun();
    put(part, starts[from], starts[to]);
    RowEncoder.trailer(part);
    return part;
  }

  /** A COPY of all but some. */
  CopyBuffer without(Set<Integer> rows) {
    CopyBuffer others = begun();
    for (int row = 0; row < count(); row++) {
      if (!rows.contains(row)) {
        put(others, starts[row], starts[row + 1]);
      }
    }
    RowEncoder.trailer(others);
    return others;
  }

  /** A COPY of one field of one row. */
  CopyBuffer field(int row, int field) {
    ByteBuffer all = ByteBuffer.wrap(bytes, starts[row], starts[row + 1] - starts[row]);
    all.getShort();
    for (int before = 0; before < field; before++) {
      int length = Math.max(all.getInt(), 0);
      all.position(all.position() + length);
    }
    CopyBuffer one = begun();
    one.startRow();
    one.putShort(1);
    int begin = all.position();
    put(one, begin, begin + Integer.BYTES + Math.max(all.getInt(), 0));
    RowEncoder.trailer(one);
    return one;
  }

  private static CopyBuffer begun() {
    CopyBuffer copy = new CopyBuffer(0);
    RowEncoder.header(copy);
    return copy;
  }

  private void put(CopyBuffer copy, int from, int to) {
    copy.startRow();
    copy.putBytes(bytes, from, to - from);
  }
}
