package io.resultsink.pipelines.benchmark;

import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import io.resultsink.postgres.internal.column.SchemaRowEncoder;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.values.Row;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The same rows by the sink's encoder and as text; PgBulkInsert's calls depend on the rows. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class BaseEncoderBenchmark {

  static final int ROWS = 1024;

  /** As large as that of a chunk's stream. */
  private static final int BUFFER_BYTES = 65_536;

  final List<Row> rows = new ArrayList<>();
  SchemaRowEncoder encoder;
  final PgBinaryWriter writer = new PgBinaryWriter(OutputStream.nullOutputStream(), BUFFER_BYTES);

  private final CopyBuffer buffer = new CopyBuffer(1 << 20);
  private final StringBuilder text = new StringBuilder();

  /** The sink's encoder. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int sink() {
    buffer.reset();
    for (Row row : rows) {
      encoder.row(row, buffer);
    }
    return buffer.size();
  }

  /** Text COPY's, and its bytes. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public byte[] text() {
    text.setLength(0);
    for (Row row : rows) {
      CopyText.row(row.getValues(), text);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
