package io.resultsink.postgres.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;

/**
 * The report of a chunk: one COPY, one transaction.
 *
 * <p>A row's {@code xmin} is the transaction that wrote it (its low 32 bits), so the transaction id
 * tells which rows are the chunk's without a column of its own.
 *
 * @param transactionId pg_current_xact_id() of the chunk's transaction
 */
@Internal
public record StagedChunk(long transactionId, long rows, long bytes) {

  /** The coder of reports. */
  public static final Coder<StagedChunk> CODER = new ChunkCoder();

  private static final long LOW_32_BITS = 0xFFFF_FFFFL;

  /** The transaction id as {@code xmin} shows it. */
  public long xmin() {
    return transactionId & LOW_32_BITS;
  }

  private static final class ChunkCoder extends CustomCoder<StagedChunk> {
    private static final VarLongCoder LONG = VarLongCoder.of();

    @Override
    public void encode(StagedChunk chunk, OutputStream out) throws IOException {
      LONG.encode(chunk.transactionId, out);
      LONG.encode(chunk.rows, out);
      LONG.encode(chunk.bytes, out);
    }

    @Override
    public StagedChunk decode(InputStream in) throws IOException {
      return new StagedChunk(LONG.decode(in), LONG.decode(in), LONG.decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
