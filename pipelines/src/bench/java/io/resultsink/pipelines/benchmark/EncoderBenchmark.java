package io.resultsink.pipelines.benchmark;

import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import io.resultsink.postgres.internal.column.ColumnMatch;
import io.resultsink.postgres.internal.column.Columns;
import io.resultsink.postgres.internal.column.PostgresType;
import io.resultsink.postgres.internal.column.TargetColumn;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Rows of one column: a value with the two bytes of its row. */
public class EncoderBenchmark extends BaseEncoderBenchmark {

  /** The column's type. */
  @Param EncodedType type;

  private final List<Object> theirs = new ArrayList<>();

  /** Makes the values. */
  @Setup
  public void values() {
    Schema schema = Schema.builder().addField("value", type.field()).build();
    encoder = columns(schema).encoder();
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
}
