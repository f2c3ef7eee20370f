package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.CopyBuffer;
import io.resultsink.postgres.internal.copy.Refusal;
import io.resultsink.postgres.internal.copy.RowEncoder;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The encoder of Beam rows as tuples of a binary COPY. */
@Internal
public final class SchemaRowEncoder {

  private final RowEncoder encoder;
  private final int[] fieldIndexes;

  SchemaRowEncoder(RowEncoder encoder, int[] fieldIndexes) {
    this.encoder = encoder;
    this.fieldIndexes = fieldIndexes;
  }

  /** Writes the beginning of the stream. */
  public void header(CopyBuffer buffer) {
    RowEncoder.header(buffer);
  }

  /**
   * Appends a row.
   *
   * @throws io.resultsink.postgres.failure.UnencodableValueException if a value does not fit its
   *     column; then nothing is appended
   */
  public void row(Row row, CopyBuffer buffer) {
    Refusal refusal = tryRow(row, buffer);
    if (refusal != null) {
      throw refusal.exception();
    }
  }

  /**
   * Appends a row.
   *
   * @return null, or why a value does not fit its column
   */
  public @Nullable Refusal tryRow(Row row, CopyBuffer buffer) {
    encoder.startRow(buffer);
    for (int i = 0; i < fieldIndexes.length; i++) {
      Refusal refusal = encoder.tryField(i, row.getValue(fieldIndexes[i]), buffer);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Writes the end of the stream. */
  public void trailer(CopyBuffer buffer) {
    RowEncoder.trailer(buffer);
  }
}
