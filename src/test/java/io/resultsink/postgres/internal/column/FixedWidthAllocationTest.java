package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;

import com.sun.management.ThreadMXBean;
import io.resultsink.postgres.internal.copy.CopyBuffer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Values of fixed width are written without an object of their own, compiled or not. */
class FixedWidthAllocationTest {

  private static final int ROWS = 2_000;

  private static final Map<FieldType, Object> VALUES =
      Map.ofEntries(
          Map.entry(FieldType.BOOLEAN, true),
          Map.entry(FieldType.BYTE, (byte) 1),
          Map.entry(FieldType.INT16, (short) 1),
          Map.entry(FieldType.INT32, 70_000),
          Map.entry(FieldType.INT64, 1L << 40),
          Map.entry(FieldType.FLOAT, 1.5f),
          Map.entry(FieldType.DOUBLE, 1.5),
          Map.entry(FieldType.DATETIME, new org.joda.time.Instant(1_700_000_000_123L)),
          Map.entry(FieldType.logicalType(SqlTypes.DATE), LocalDate.of(2026, 1, 2)),
          Map.entry(FieldType.logicalType(SqlTypes.TIME), LocalTime.of(10, 15, 30)),
          Map.entry(FieldType.logicalType(SqlTypes.DATETIME), LocalDateTime.of(2026, 1, 2, 10, 15)),
          Map.entry(
              FieldType.logicalType(new MicrosInstant()), Instant.ofEpochSecond(1_700_000_000)),
          Map.entry(FieldType.logicalType(new NanosDuration()), Duration.ofSeconds(90)),
          Map.entry(FieldType.logicalType(new UuidLogicalType()), new UUID(1, 2)));

  @TestFactory
  Stream<DynamicTest> allocateNothing() {
    return VALUES.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    name(entry.getKey()),
                    () ->
                        assertThat(
                            "bytes allocated for " + ROWS + " values",
                            allocatedBy(entry.getKey(), entry.getValue()),
                            lessThan((long) ROWS))));
  }

  private static String name(FieldType type) {
    return type.getLogicalType() == null
        ? type.getTypeName().toString()
        : type.getLogicalType().getIdentifier();
  }

  private static long allocatedBy(FieldType type, Object value) {
    Schema schema = Schema.builder().addField("value", type).build();
    Row row = Row.withSchema(schema).addValue(value).build();
    SchemaRowEncoder encoder = Columns.ofResult(schema).encoder();
    CopyBuffer buffer = new CopyBuffer(1 << 20);
    encode(encoder, row, buffer); // the buffer has grown, and classes are loaded
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    encode(encoder, row, buffer);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void encode(SchemaRowEncoder encoder, Row row, CopyBuffer buffer) {
    buffer.reset();
    for (int i = 0; i < ROWS; i++) {
      encoder.row(row, buffer);
    }
  }
}
