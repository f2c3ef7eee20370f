package io.resultsink.postgres.internal.column;

import static java.util.stream.Collectors.toCollection;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.testing.CopyServer;
import io.resultsink.postgres.testing.Torture;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random values by our COPY are those that the driver's INSERT makes of them: as text, to {@code IS
 * NOT DISTINCT FROM}, and to the last byte that PostgreSQL sends back.
 */
@Tag("attack")
class RandomRoundTripIT {

  private static final int VALUES = Torture.rounds(200, 10_000);
  private static final int MOST_AT_ONCE = 2_000;

  private static final EnumerationType COLOURS = EnumerationType.create("RED", "it's \"green\"");

  private static final CopyServer SERVER = CopyServer.shared();

  /**
   * A Beam type.
   *
   * @param insert the INSERT's value, such as {@code ?}
   * @param bound what the driver is given for a value
   */
  private record Sample(
      FieldType type,
      Function<Random, Object> value,
      String insert,
      Function<Object, Object> bound) {

    private Sample(FieldType type, Function<Random, Object> value) {
      this(type, value, "?", Function.identity());
    }

    /** As a literal: what the driver is near the first day it takes for minus infinity. */
    private Sample as(String literal) {
      return new Sample(
          type,
          value,
          "CAST(? AS " + literal + ")",
          bound -> RandomColumn.literal(bound).toString());
    }

    private Sample array(String element) {
      return new Sample(
          FieldType.array(type.withNullable(true)),
          random -> elements(random, random.nextInt(5)),
          "CAST(? AS " + element + "[])",
          RandomRoundTripIT::texts);
    }

    private Sample nested(String element) {
      return new Sample(
          FieldType.array(FieldType.array(type.withNullable(true))),
          random -> {
            int length = 1 + random.nextInt(3);
            return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> elements(random, length))
                .toList();
          },
          "CAST(? AS " + element + "[])",
          RandomRoundTripIT::texts);
    }

    private List<Object> elements(Random random, int length) {
      return Stream.generate(() -> random.nextInt(6) == 0 ? null : value.apply(random))
          .limit(length)
          .collect(toCollection(ArrayList::new));
    }

    @Override
    public String toString() {
      return type.toString();
    }
  }

  static Stream<Sample> samples() {
    return Stream.concat(
        scalars(),
        Stream.of(
            new Sample(FieldType.BOOLEAN, Random::nextBoolean).array("boolean"),
            new Sample(FieldType.INT16, random -> (short) RandomValues.integer(random, 16))
                .array("smallint"),
            new Sample(FieldType.INT64, random -> RandomValues.integer(random, 64))
                .nested("bigint"),
            new Sample(FieldType.FLOAT, RandomValues::single).array("real"),
            new Sample(FieldType.DOUBLE, RandomValues::number).nested("double precision"),
            new Sample(FieldType.DECIMAL, RandomValues::decimal).array("numeric"),
            new Sample(FieldType.STRING, RandomValues::text).array("text"),
            new Sample(FieldType.STRING, RandomValues::text).nested("text"),
            new Sample(FieldType.BYTES, RandomValues::bytes).array("bytea"),
            new Sample(FieldType.logicalType(SqlTypes.DATE), RandomValues::date).array("date"),
            new Sample(FieldType.logicalType(SqlTypes.TIME), RandomValues::time).array("time"),
            new Sample(FieldType.logicalType(SqlTypes.DATETIME), RandomValues::timestamp)
                .nested("timestamp"),
            new Sample(FieldType.logicalType(new MicrosInstant()), RandomValues::instant)
                .array("timestamptz"),
            new Sample(FieldType.logicalType(new NanosDuration()), RandomValues::duration)
                .array("interval"),
            new Sample(FieldType.logicalType(SqlTypes.UUID), RandomRoundTripIT::uuid)
                .array("uuid")));
  }

  private static Stream<Sample> scalars() {
    return Stream.of(
        new Sample(FieldType.BOOLEAN, Random::nextBoolean),
        new Sample(FieldType.BYTE, random -> (byte) RandomValues.integer(random, 8)),
        new Sample(FieldType.INT16, random -> (short) RandomValues.integer(random, 16)),
        new Sample(FieldType.INT32, random -> (int) RandomValues.integer(random, 32)),
        new Sample(FieldType.INT64, random -> RandomValues.integer(random, 64)),
        new Sample(FieldType.FLOAT, RandomValues::single),
        new Sample(FieldType.DOUBLE, RandomValues::number),
        new Sample(FieldType.DECIMAL, RandomValues::decimal),
        new Sample(
            FieldType.logicalType(FixedPrecisionNumeric.of(14, 4)),
            random -> BigDecimal.valueOf(RandomValues.integer(random, 46), 4)),
        new Sample(FieldType.STRING, RandomValues::text),
        new Sample(
            FieldType.logicalType(VariableString.of(20)),
            random -> RandomValues.text(random, random.nextInt(21))),
        new Sample(
            FieldType.logicalType(FixedString.of(8)), random -> RandomValues.text(random, 8)),
        new Sample(
            FieldType.logicalType(COLOURS),
            random -> COLOURS.valueOf(random.nextInt(2)),
            "?",
            value -> COLOURS.getEnumName(((EnumerationType.Value) value).getValue())),
        new Sample(FieldType.BYTES, RandomValues::bytes),
        new Sample(
            FieldType.logicalType(FixedBytes.of(8)),
            random -> ByteBuffer.allocate(8).putLong(random.nextLong()).array()),
        new Sample(FieldType.logicalType(SqlTypes.UUID), RandomRoundTripIT::uuid),
        new Sample(FieldType.logicalType(SqlTypes.DATE), RandomValues::date).as("date"),
        new Sample(FieldType.logicalType(SqlTypes.TIME), RandomValues::time),
        new Sample(FieldType.logicalType(SqlTypes.DATETIME), RandomValues::timestamp)
            .as("timestamp"),
        new Sample(FieldType.logicalType(new MicrosInstant()), RandomValues::instant)
            .as("timestamptz"),
        new Sample(FieldType.logicalType(new NanosInstant()), RandomValues::instant)
            .as("timestamptz"),
        new Sample(
                FieldType.DATETIME,
                random -> new org.joda.time.Instant(RandomValues.instant(random).toEpochMilli()))
            .as("timestamptz"),
        new Sample(FieldType.logicalType(new NanosDuration()), RandomValues::duration)
            .as("interval"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void copiedIsInserted(Sample sample) throws SQLException {
    Random random = Torture.random("copiedIsInserted" + sample);
    for (int left = VALUES; left > 0; left -= MOST_AT_ONCE) {
      List<Object> values =
          Stream.generate(() -> random.nextInt(20) == 0 ? null : sample.value.apply(random))
              .limit(Math.min(left, MOST_AT_ONCE))
              .collect(toCollection(ArrayList::new));
      compare(sample, new RandomColumn(sample.type, values));
    }
    Torture.tried(VALUES);
  }

  private static void compare(Sample sample, RandomColumn column) throws SQLException {
    String which = "seed " + Torture.seed() + ", " + sample;
    Columns columns = Columns.ofResult(column.schema());
    SERVER.execute("CREATE TABLE public.copied (" + columns.definitions() + ")");
    SERVER.execute("CREATE TABLE public.inserted (" + columns.definitions() + ")");
    try {
      assertThat(which, column.copy(columns, "public.copied"), is(empty()));
      column.insert("public.inserted", sample.insert, sample.bound);
      String send =
          SERVER
              .query(
                  "SELECT typsend FROM pg_type JOIN pg_attribute ON atttypid = pg_type.oid"
                      + " WHERE attrelid = 'public.copied'::regclass AND attname = 'v'")
              .get(0);
      assertThat(
          which,
          SERVER.query(
              """
              SELECT id || ': ' || left(c.v::text, 200) || ' is not ' || left(i.v::text, 200)
              FROM public.copied AS c FULL JOIN public.inserted AS i USING (id)
              WHERE (c.v::text, %1$s(c.v)) IS DISTINCT FROM (i.v::text, %1$s(i.v))
              OR c.v IS DISTINCT FROM i.v LIMIT 5
              """
                  .formatted(send)),
          is(empty()));
      assertThat(
          SERVER.query("SELECT count(*) FROM public.copied"),
          contains(Integer.toString(column.values().size())));
    } finally {
      SERVER.execute("DROP TABLE public.copied, public.inserted");
    }
  }

  /** Texts of an array's elements, as the driver takes them. */
  private static Array texts(Object array) {
    try {
      return SERVER.connection().createArrayOf("text", (Object[]) RandomColumn.literal(array));
    } catch (SQLException e) {
      throw new IllegalStateException(
          Arrays.deepToString((Object[]) RandomColumn.literal(array)), e);
    }
  }

  private static UUID uuid(Random random) {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
