package io.resultsink.pipelines.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.bytefish.pgbulkinsert.pgsql.PgBinaryWriter;
import de.bytefish.pgbulkinsert.pgsql.constants.ObjectIdentifier;
import de.bytefish.pgbulkinsert.pgsql.handlers.BigDecimalValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.ByteArrayValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.CollectionValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.IValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.JsonbValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.LocalDateTimeValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.LocalDateValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.LocalTimeValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.LongValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.StringValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.UUIDValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.ZonedDateTimeValueHandler;
import de.bytefish.pgbulkinsert.pgsql.handlers.utils.IntervalValueHandler;
import de.bytefish.pgbulkinsert.pgsql.model.interval.Interval;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;

/** Values of a type, as the sink gets them and as PgBulkInsert wants them. */
public enum EncodedType {
  BOOLEAN(FieldType.BOOLEAN, true, i -> i % 3 == 0, (w, v) -> w.writeBoolean((Boolean) v)),
  SMALLINT(FieldType.INT16, true, i -> (short) i, (w, v) -> w.writeShort((Short) v)),
  INTEGER(FieldType.INT32, true, i -> (int) i * 7919, (w, v) -> w.writeInt((Integer) v)),
  BIGINT(FieldType.INT64, true, i -> i * 7919, (w, v) -> w.writeLong((Long) v)),
  REAL(FieldType.FLOAT, true, i -> i / 8f, (w, v) -> w.writeFloat((Float) v)),
  DOUBLE(FieldType.DOUBLE, true, i -> i / 7.0, (w, v) -> w.writeDouble((Double) v)),
  NUMERIC(
      FieldType.DECIMAL,
      false,
      i -> BigDecimal.valueOf(i * 7919, 2),
      handled(new BigDecimalValueHandler<BigDecimal>())),
  /** More digits than a long has. */
  LONG_NUMERIC(
      FieldType.DECIMAL,
      false,
      i -> new BigDecimal("12345678901234567890.123456789").add(BigDecimal.valueOf(i)),
      handled(new BigDecimalValueHandler<BigDecimal>())),
  TEXT(
      FieldType.STRING, false, i -> "an order of customer " + i, handled(new StringValueHandler())),
  /** With characters beyond ASCII. */
  WORLD_TEXT(
      FieldType.STRING, false, i -> "Größe, 大きさ, размер " + i, handled(new StringValueHandler())),
  BYTEA(
      FieldType.BYTES,
      false,
      i -> ("bytes of " + i).getBytes(StandardCharsets.UTF_8),
      handled(new ByteArrayValueHandler())),
  UUID_VALUE(
      FieldType.logicalType(new UuidLogicalType()),
      true,
      i -> new UUID(i * 7919, ~i),
      handled(new UUIDValueHandler())),
  DATE(
      FieldType.logicalType(SqlTypes.DATE),
      true,
      i -> LocalDate.ofEpochDay(19_000 + i),
      handled(new LocalDateValueHandler())),
  TIME(
      FieldType.logicalType(SqlTypes.TIME),
      true,
      i -> LocalTime.ofNanoOfDay(i * 1_000_000),
      handled(new LocalTimeValueHandler())),
  TIMESTAMP(
      FieldType.logicalType(SqlTypes.DATETIME),
      true,
      i -> LocalDateTime.ofEpochSecond(1_700_000_000 + i, 1000 * (int) i, ZoneOffset.UTC),
      handled(new LocalDateTimeValueHandler())),
  TIMESTAMPTZ(
      FieldType.logicalType(new MicrosInstant()),
      true,
      i -> Instant.ofEpochSecond(1_700_000_000 + i, 1000 * i),
      value -> ((Instant) value).atZone(ZoneOffset.UTC),
      handled(new ZonedDateTimeValueHandler())),
  /** Beam's own type for it, of Joda. */
  DATETIME(
      FieldType.DATETIME,
      true,
      i -> new org.joda.time.Instant(1_700_000_000_000L + i),
      value ->
          Instant.ofEpochMilli(((org.joda.time.Instant) value).getMillis()).atZone(ZoneOffset.UTC),
      handled(new ZonedDateTimeValueHandler())),
  INTERVAL(
      FieldType.logicalType(new NanosDuration()),
      true,
      i -> Duration.ofSeconds(i, 1_000_000),
      value -> new Interval(0, 0, ((Duration) value).toNanos() / 1000),
      handled(new IntervalValueHandler())),
  /** A document made of a map; what PgBulkInsert takes is its text, which Jackson makes. */
  DOCUMENT(
      FieldType.map(FieldType.STRING, FieldType.INT64),
      false,
      i -> Map.of("seen", i, "bought", i % 10),
      EncodedType::writeDocument),
  /** A document's text, which the sink looks through before the server does. */
  JSONB_TEXT(
      FieldType.STRING,
      false,
      i -> "{\"seen\": " + i + ", \"city\": \"Kyoto\"}",
      handled(new JsonbValueHandler())),
  BIGINT_ARRAY(
      FieldType.array(FieldType.INT64),
      false,
      i -> List.of(i, i + 1, i + 2),
      handled(
          new CollectionValueHandler<Long, List<Long>>(
              ObjectIdentifier.Int8, new LongValueHandler<>()))),
  TEXT_ARRAY(
      FieldType.array(FieldType.STRING),
      false,
      i -> List.of("tag-" + i, "all"),
      handled(
          new CollectionValueHandler<String, List<String>>(
              ObjectIdentifier.Text, new StringValueHandler())));

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonbValueHandler DOCUMENTS = new JsonbValueHandler();

  private final FieldType field;
  private final boolean fixedWidth;
  private final LongFunction<Object> values;
  private final Function<Object, Object> theirs;
  private final BiConsumer<PgBinaryWriter, Object> writer;

  EncodedType(
      FieldType field,
      boolean fixedWidth,
      LongFunction<Object> values,
      BiConsumer<PgBinaryWriter, Object> writer) {
    this(field, fixedWidth, values, UnaryOperator.identity(), writer);
  }

  EncodedType(
      FieldType field,
      boolean fixedWidth,
      LongFunction<Object> values,
      Function<Object, Object> theirs,
      BiConsumer<PgBinaryWriter, Object> writer) {
    this.field = field;
    this.fixedWidth = fixedWidth;
    this.values = values;
    this.theirs = theirs;
    this.writer = writer;
  }

  private static void writeDocument(PgBinaryWriter writer, Object document) {
    try {
      writer.write(DOCUMENTS, JSON.writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> BiConsumer<PgBinaryWriter, Object> handled(IValueHandler<T> handler) {
    return (writer, value) -> writer.write(handler, (T) value);
  }

  /** The field of the sink's schema. */
  FieldType field() {
    return field;
  }

  /**
   * Returns whether all values have the same number of bytes, so that none needs memory of its own.
   */
  boolean isFixedWidth() {
    return fixedWidth;
  }

  /** One of many values, as Beam has it. */
  Object value(long number) {
    return values.apply(number);
  }

  /** The same value in the class that PgBulkInsert takes for it. */
  Object theirs(Object value) {
    return theirs.apply(value);
  }

  /** Writes one of {@link #theirs}. */
  void write(PgBinaryWriter writer, Object value) {
    this.writer.accept(writer, value);
  }

  /** The type's name as SQL has it. */
  String label() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
