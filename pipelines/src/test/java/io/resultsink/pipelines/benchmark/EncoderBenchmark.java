package io.resultsink.pipelines.benchmark;

import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import io.resultsink.postgres.column.ColumnMatch;
import io.resultsink.postgres.column.Columns;
import io.resultsink.postgres.column.PostgresType;
import io.resultsink.postgres.column.SchemaRowEncoder;
import io.resultsink.postgres.column.TargetColumn;
import io.resultsink.postgres.copy.CopyBuffer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Rows of one column: a value with the two bytes of its row. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncoderBenchmark {

  static final int ROWS = 1024;

  /** As large as that of a chunk's stream. */
  static final int BUFFER_BYTES = 65_536;

  /** The column's type. */
  @Param EncodedType type;

  private final List<Row> rows = new ArrayList<>();
  private final List<Object> theirs = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private SchemaRowEncoder encoder;
  private CopyBuffer buffer;
  private PgBinaryWriter writer;

  /** Makes the values. */
  @Setup
  public void values() {
    Schema schema = Schema.builder().addField("value", type.field()).build();
    encoder = columns(schema).encoder();
    buffer = new CopyBuffer(1 << 20);
    writer = new PgBinaryWriter(OutputStream.nullOutputStream(), BUFFER_BYTES);
    for (long i = 0; i < ROWS; i++) {
      Object value = type.value(i);
      rows.add(Row.withSchema(schema).attachValues(List.of(value)));
      theirs.add(type.theirs(value));
    }
  }

  private Columns columns(Schema schema) {
    if (type != EncodedType.JSONB_TEXT) {
      return Columns.ofResult(schema);
    }
    PostgresType jsonb = new PostgresType("jsonb", "pg_catalog", "jsonb", -1, 'b', null, null);
    ColumnMatch match =
        Columns.match(schema, List.of(new TargetColumn("value", jsonb, false, false, false)));
    return match.columns();
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
    for (Object value : theirs) {
      writer.startRow(1);
      type.write(writer, value);
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
