package io.resultsink.pipelines.benchmark;

import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import de.bytefish.pgbulkinsert.pgsql.handlers.StringValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.ZonedDateTimeValueHandler;
import io.resultsink.postgres.internal.column.Columns;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/** The rows of eight columns that the pipelines write. */
public class RowBenchmark extends BaseEncoderBenchmark {

  private final StringValueHandler strings = new StringValueHandler();
  private final ZonedDateTimeValueHandler instants = new ZonedDateTimeValueHandler();
  private final List<Object[]> theirs = new ArrayList<>();

  /** Makes the rows. */
  @Setup
  public void rows() {
    encoder = Columns.ofResult(NarrowRows.SCHEMA).encoder();
    for (long i = 0; i < ROWS; i++) {
      rows.add(Shape.NARROW.row(i));
      Object[] values = NarrowRows.values(i, Shape.NEW);
      long millis = ((org.joda.time.Instant) values[5]).getMillis();
      values[5] = Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC);
      theirs.add(values);
    }
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
}
