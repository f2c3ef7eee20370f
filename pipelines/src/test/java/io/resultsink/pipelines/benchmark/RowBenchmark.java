package io.resultsink.pipelines.benchmark;

import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import de.bytefish.pgbulkinsert.pgsql.handlers.StringValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.ZonedDateTimeValueHandler;
import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.column.SchemaRowEncoder;
import io.resultsink.postgres.copy.CopyBuffer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The rows of eight columns that the pipelines write. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowBenchmark {

  static final int ROWS = EncoderBenchmark.ROWS;

  private final StringValueHandler strings = new StringValueHandler();
  private final ZonedDateTimeValueHandler instants = new ZonedDateTimeValueHandler();
  private final List<Row> rows = new ArrayList<>();
  private final List<Object[]> theirs = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private SchemaRowEncoder encoder;
  private CopyBuffer buffer;
  private PgBinaryWriter writer;

  /** Makes the rows. */
  @Setup
  public void rows() {
    encoder = Columns.ofResult(NarrowRows.SCHEMA).encoder();
    buffer = new CopyBuffer(1 << 20);
    writer = new PgBinaryWriter(OutputStream.nullOutputStream(), EncoderBenchmark.BUFFER_BYTES);
    for (long i = 0; i < ROWS; i++) {
      rows.add(Shape.NARROW.row(i));
      Object[] values = NarrowRows.values(i, Shape.NEW);
      long millis = ((org.joda.time.Instant) values[5]).getMillis();
      values[5] = Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC);
      theirs.add(values);
    }
  }

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

  /** PgBulkInsert's, of values that have its classes already. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public PgBinaryWriter pgBulkInsert() {
    for (Object[] row : theirs) {
      writer.startRow(row.length);
      writer.writeLong((Long) row[0]);
      writer.writeLong((Long) row[1]);
      writer.writeInt((Integer) row[2]);
      writer.writeDouble((Double) row[3]);
      writer.writeBoolean((Boolean) row[4]);
      writer.write(instants, (ZonedDateTime) row[5]);
      writer.write(strings, (String) row[6]);
      writer.write(strings, (String) row[7]);
    }
    return writer;
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
