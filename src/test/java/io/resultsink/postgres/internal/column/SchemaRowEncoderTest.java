package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.internal.copy.CopyBuffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.JavaFieldSchema;
import org.apache.beam.sdk.schemas.NoSuchSchemaException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.SchemaRegistry;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.PassThroughLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.PythonCallable;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.Timestamp;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.util.PythonCallableSource;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows as pipelines have them: decoded, or views of objects. */
class SchemaRowEncoderTest {

  private static final EnumerationType COLOURS = EnumerationType.create("RED", "GREEN");
  private static final OneOfType ONE_OF =
      OneOfType.create(
          Schema.Field.of("number", FieldType.INT32), Schema.Field.of("text", FieldType.STRING));
  private static final Schema INNER =
      Schema.builder()
          .addLogicalTypeField("day", SqlTypes.DATE)
          .addLogicalTypeField("colour", COLOURS)
          .addDateTimeField("at")
          .build();
  private static final Row INNER_ROW =
      Row.withSchema(INNER)
          .addValues(
              LocalDate.of(2026, 6, 1), COLOURS.valueOf("RED"), new org.joda.time.Instant(1500))
          .build();

  /** An array type of arrays, so that the inner arrays are to be converted too. */
  private static final FieldType TAGS =
      FieldType.logicalType(
          new PassThroughLogicalType<List<String>>(
              "tags", FieldType.STRING, "", FieldType.array(FieldType.STRING)) {});

  @Test
  void decodedRowsAreEncodedAsTheOriginals() throws IOException {
    Schema schema =
        Schema.builder()
            .addByteField("byte")
            .addInt16Field("int16")
            .addFloatField("float")
            .addDecimalField("decimal")
            .addByteArrayField("bytes")
            .addDateTimeField("datetime")
            .addLogicalTypeField("date", SqlTypes.DATE)
            .addLogicalTypeField("time", SqlTypes.TIME)
            .addLogicalTypeField("local", SqlTypes.DATETIME)
            .addLogicalTypeField("micros", SqlTypes.TIMESTAMP)
            .addLogicalTypeField("nanos", new NanosInstant())
            .addLogicalTypeField("timestamp", Timestamp.of(3))
            .addLogicalTypeField("duration", new NanosDuration())
            .addLogicalTypeField("uuid", SqlTypes.UUID)
            .addLogicalTypeField("fixed", FixedPrecisionNumeric.of(5, 2))
            .addLogicalTypeField("varying", VariableString.of(5))
            .addLogicalTypeField("fixedBytes", FixedBytes.of(2))
            .addLogicalTypeField("colour", COLOURS)
            .addLogicalTypeField("oneOf", ONE_OF)
            .addLogicalTypeField("python", new PythonCallable())
            .addArrayField("array", FieldType.array(FieldType.INT64))
            .addArrayField("tags", TAGS)
            .addIterableField("iterable", FieldType.logicalType(SqlTypes.DATE))
            .addMapField("map", FieldType.logicalType(SqlTypes.DATE), FieldType.row(INNER))
            .addRowField("row", INNER)
            .addNullableField("nothing", FieldType.STRING)
            .build();
    Row row =
        Row.withSchema(schema)
            .addValues(
                (byte) 1,
                (short) 2,
                0.5f,
                new BigDecimal("1.50"),
                new byte[] {1},
                new org.joda.time.Instant(1),
                LocalDate.of(2026, 1, 2),
                LocalTime.of(1, 2, 3, 4000),
                LocalDateTime.of(2026, 1, 2, 3, 4),
                Instant.parse("2026-01-02T03:04:05.000006Z"),
                Instant.parse("2026-01-02T03:04:05.000006Z"),
                Instant.parse("2026-01-02T03:04:05.006Z"),
                Duration.ofMillis(-1),
                new UUID(1, 2),
                new BigDecimal("1.5"),
                "abc",
                new byte[] {1, 2},
                COLOURS.valueOf("GREEN"),
                ONE_OF.createValue("text", "x"),
                PythonCallableSource.of("lambda x: x"),
                List.of(List.of(1L, 2L)),
                List.of(List.of("a"), List.of("b")),
                List.of(LocalDate.of(2026, 1, 2)),
                Map.of(LocalDate.of(2026, 1, 2), INNER_ROW),
                INNER_ROW,
                null)
            .build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RowCoder.of(schema).encode(row, bytes);
    Row decoded = RowCoder.of(schema).decode(new ByteArrayInputStream(bytes.toByteArray()));
    assertThat(encoded(decoded), is(encoded(row)));
  }

  @Test
  void documentsHaveTextForWhatJsonLacks() {
    Schema schema =
        Schema.builder()
            .addRowField("row", INNER)
            .addMapField("map", FieldType.INT32, FieldType.logicalType(ONE_OF))
            .build();
    Row row =
        Row.withSchema(schema)
            .addValues(INNER_ROW, Map.of(7, ONE_OF.createValue("number", 8)))
            .build();
    String text = new String(HexFormat.of().parseHex(encoded(row)), StandardCharsets.ISO_8859_1);
    assertThat(
        text,
        allOf(
            containsString(
                "{\"day\":\"2026-06-01\",\"colour\":\"RED\",\"at\":\"1970-01-01T00:00:01.500Z\"}"),
            containsString("{\"7\":{\"number\":8}}")));
  }

  @Test
  void objectsAreRowsToo() throws NoSuchSchemaException {
    SchemaRegistry registry = SchemaRegistry.createDefault();
    Schema schema = registry.getSchema(Movie.class);
    Movie movie = new Movie();
    Row row = registry.getToRowFunction(Movie.class).apply(movie);
    Row copied =
        Row.withSchema(schema)
            .addValues(
                schema.getFields().stream().map(field -> row.getValue(field.getName())).toArray())
            .build();
    assertThat(encoded(row), is(encoded(copied)));
  }

  /** What JavaFieldSchema makes a row of. */
  @DefaultSchema(JavaFieldSchema.class)
  public static final class Movie {
    public long id = 1;
    public String title = "a";
    public Colour colour = Colour.GREEN;
    public BigDecimal price = new BigDecimal("1.50");
    public org.joda.time.Instant since = new org.joda.time.Instant(1);
    public byte[] poster = {1, 2};
    public List<String> tags = Arrays.asList("x", "y");
    public int[] votes = {1, 2};
    public Map<String, Person> cast = Map.of("lead", new Person());
    public @Nullable Person director = new Person();
    public List<Person> crew = List.of(new Person());
  }

  /** An object inside of an object. */
  @DefaultSchema(JavaFieldSchema.class)
  public static final class Person {
    public String name = "p";
    public Colour colour = Colour.RED;
  }

  /** An enumeration of Java's. */
  public enum Colour {
    RED,
    GREEN
  }

  private static String encoded(Row row) {
    CopyBuffer buffer = new CopyBuffer(0);
    Columns.ofResult(row.getSchema()).encoder().row(row, buffer);
    return HexFormat.of().formatHex(Arrays.copyOf(buffer.array(), buffer.size()));
  }
}
