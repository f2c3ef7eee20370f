package io.resultsink.postgres.internal.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;

/**
 * The report of a chunk: one transaction, with a COPY of rows and one of those that do not fit.
 *
 * <p>A row's {@code xmin} is the low 32 bits of the transaction that wrote it. So the transaction
 * id tells which rows are the chunk's, without an additional column. A server that replaces a lost
 * one may give out the id again. The same transaction wrote the token, which tells whether a server
 * has the chunk.
 *
 * @param token made for this transaction only
 * @param transactionId pg_current_xact_id() of the chunk's transaction
 * @param rows those that are staged to be published
 * @param rejected those that are staged to be rejected
 */
@Internal
public record StagedChunk(UUID token, long transactionId, long rows, long bytes, long rejected) {

  /** A report of a chunk in which every row fits. */
  public StagedChunk(UUID token, long transactionId, long rows, long bytes) {
    this(token, transactionId, rows, bytes, 0);
  }

  /** The coder of reports. */
  public static final Coder<StagedChunk> CODER = new ChunkCoder();

  private static final long LOW_32_BITS = 0xFFFF_FFFFL;

  /** Returns the transaction id as {@code xmin} shows it. */
  public long xmin() {
    return transactionId & LOW_32_BITS;
  }

  private static final class ChunkCoder extends CustomCoder<StagedChunk> {
    private static final BigEndianLongCoder FIXED = BigEndianLongCoder.of();
    private static final VarLongCoder LONG = VarLongCoder.of();

    @Override
    public void encode(StagedChunk chunk, OutputStream out) throws IOException {
      FIXED.encode(chunk.token.getMostSignificantBits(), out);
      FIXED.encode(chunk.token.getLeastSignificantBits(), out);
      LONG.encode(chunk.transactionId, out);
      LONG.encode(chunk.rows, out);
      LONG.encode(chunk.bytes, out);
      LONG.encode(chunk.rejected, out);
    }

    @Override
    public StagedChunk decode(InputStream in) throws IOException {
      return new StagedChunk(
          new UUID(FIXED.decode(in), FIXED.decode(in)),
          LONG.decode(in),
          LONG.decode(in),
          LONG.decode(in),
          LONG.decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
