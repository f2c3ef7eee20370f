package io.resultsink.postgres.internal.staging;

import io.resultsink.postgres.internal.column.RowJson;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.RowEncoder;
import io.resultsink.postgres.internal.copy.TextEncoders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.beam.sdk.values.Row;

/** The rows of a chunk that do not fit, as the binary COPY that stages them beside the others. */
final class RejectedRows {

  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final short COLUMNS = 5;

  private final CopyBuffer buffer;
  private final boolean asciiOnly;
  private long count;

  /**
   * None.
   *
   * @param keptCapacity as a {@link CopyBuffer} takes it
   * @param asciiOnly as {@link RowJson} takes it
   */
  RejectedRows(int keptCapacity, boolean asciiOnly) {
    buffer = new CopyBuffer(keptCapacity);
    this.asciiOnly = asciiOnly;
    clear();
  }

  /**
   * Adds a row.
   *
   * @param column the column that it does not fit; empty when it is not one alone
   * @param reason a sentence without a value
   */
  void add(Row row, String column, String reason, String sqlState) {
    buffer.startRow();
    buffer.putShort(COLUMNS);
    buffer.putInt(Long.BYTES);
    buffer.putLong(micros(Instant.now()));
    TextEncoders.TEXT.encode(column, buffer);
    TextEncoders.TEXT.encode(reason, buffer);
    TextEncoders.TEXT.encode(sqlState, buffer);
    TextEncoders.TEXT.encode(RowJson.of(row, asciiOnly), buffer);
    count++;
  }

  private static long micros(Instant time) {
    Duration since = Duration.between(EPOCH, time.truncatedTo(ChronoUnit.MICROS));
    return since.getSeconds() * 1_000_000 + since.getNano() / 1_000;
  }

  long count() {
    return count;
  }

  int bytes() {
    return buffer.size();
  }

  /** The COPY, for one sending or several. */
  CopyBuffer closed() {
    CopyBuffer whole = new CopyBuffer(buffer.size());
    whole.putBytes(buffer.array(), 0, buffer.size());
    RowEncoder.trailer(whole);
    return whole;
  }

  void clear() {
    buffer.reset();
    RowEncoder.header(buffer);
    count = 0;
  }
}
