package io.resultsink.postgres.internal.staging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * A block of rows that travels as one element, because much of a runner's work is per element.
 *
 * @param source the name of the source that waits until the block is staged; empty if none waits
 */
@Internal
public record RowBlock(String source, List<Row> rows) {

  /** The coder of blocks of rows of a schema. */
  public static Coder<RowBlock> coder(Schema schema) {
    return new BlockCoder(RowCoder.of(schema));
  }

  /** The schema of the rows in a collection of blocks; null for a collection of anything else. */
  public static @Nullable Schema schemaOf(PCollection<?> collection) {
    return collection.getCoder() instanceof BlockCoder blocks ? blocks.row.getSchema() : null;
  }

  private static final class BlockCoder extends CustomCoder<RowBlock> {

    private final RowCoder row;

    private BlockCoder(RowCoder row) {
      this.row = row;
    }

    @Override
    public void encode(RowBlock block, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(block.source, out);
      VarIntCoder.of().encode(block.rows.size(), out);
      for (Row value : block.rows) {
        row.encode(value, out);
      }
    }

    @Override
    public RowBlock decode(InputStream in) throws IOException {
      String source = StringUtf8Coder.of().decode(in);
      int count = VarIntCoder.of().decode(in);
      List<Row> rows = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        rows.add(row.decode(in));
      }
      return new RowBlock(source, rows);
    }

    @Override
    public void verifyDeterministic() throws NonDeterministicException {
      row.verifyDeterministic();
    }
  }
}
