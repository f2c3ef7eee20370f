package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.column.SchemaRowEncoder;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.Refusal;
import io.resultsink.postgres.internal.copy.RowEncoder;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** A chunk that still grows: rows are encoded into it until it is sent. */
final class ChunkBuilder {

  /** Rows that the server may refuse are kept as objects until it has taken them. */
  private static final int MOST_ROWS_THAT_MAY_BE_REFUSED = 20_000;

  private static final int KEPT_CAPACITY = StageRows.CHUNK_BYTES + StageRows.CHUNK_BYTES / 8;

  private final SchemaRowEncoder encoder;
  private final boolean rejecting;
  private final CopyBuffer buffer = new CopyBuffer(KEPT_CAPACITY);
  private final RejectedRows rejected;
  private final @Nullable List<Row> sources;
  private long rows;

  /** Creates an empty one of rows that {@code staging} can take. */
  ChunkBuilder(StagingTable staging) {
    encoder = staging.columns().encoder();
    rejecting = staging.rejects() != null;
    rejected = new RejectedRows(KEPT_CAPACITY, !staging.unicode());
    sources = staging.mayRefuse() ? new ArrayList<>() : null;
    clear();
  }

  /**
   * Adds a row, or rejects it when it does not fit and the run has a place for such rows.
   *
   * @throws UnencodableValueException when it does not fit and the run has no such place
   */
  void add(Row row) {
    Refusal refusal = encoder.tryRow(row, buffer);
    if (refusal == null) {
      rows++;
      if (sources != null) {
        sources.add(row);
      }
    } else if (rejecting) {
      rejected.add(row, refusal.column(), refusal.sentence(), refusal.sqlState());
    } else {
      throw refusal.exception();
    }
  }

  boolean isFull() {
    int most = sources == null ? StageRows.CHUNK_ROWS : MOST_ROWS_THAT_MAY_BE_REFUSED;
    return rows >= most || buffer.size() + rejected.bytes() >= StageRows.CHUNK_BYTES;
  }

  boolean isEmpty() {
    return rows == 0 && rejected.count() == 0;
  }

  /** Ends the chunk. It is valid until {@link #clear()}. */
  Chunk end() {
    RowEncoder.trailer(buffer);
    return new Chunk(buffer, rows, rejected, sources == null ? List.of() : List.copyOf(sources));
  }

  /** Begins the next chunk. */
  void clear() {
    buffer.reset();
    RowEncoder.header(buffer);
    rejected.clear();
    if (sources != null) {
      sources.clear();
    }
    rows = 0;
  }
}
