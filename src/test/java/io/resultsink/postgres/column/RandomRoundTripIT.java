package io.resultsink.postgres.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;

import io.resultsink.postgres.copy.CopyBuffer;
import io.resultsink.postgres.testing.CopyServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random values by our COPY are those that the driver's INSERT makes of them. */
class RandomRoundTripIT {

  private static final int VALUES = 500;
  private static final long SEED = System.nanoTime();
  private static final Random RANDOM = new Random(SEED);
  private static final long FIRST_SECOND = -185_000_000_000L;
  private static final long LAST_SECOND = 500_000_000_000L;

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

    @Override
    public String toString() {
      return type.toString();
    }
  }

  static Stream<Sample> samples() {
    return Stream.of(
        new Sample(FieldType.BOOLEAN, Random::nextBoolean),
        new Sample(FieldType.INT16, random -> (short) random.nextInt()),
        new Sample(FieldType.INT32, Random::nextInt),
        new Sample(FieldType.INT64, random -> random.nextLong() >> random.nextInt(64)),
        new Sample(FieldType.FLOAT, random -> Float.intBitsToFloat(random.nextInt())),
        new Sample(FieldType.DOUBLE, random -> Double.longBitsToDouble(random.nextLong())),
        new Sample(
            FieldType.DECIMAL,
            random ->
                new BigDecimal(
                    new BigInteger(random.nextInt(300), random).subtract(BigInteger.ONE),
                    random.nextInt(60) - 20)),
        new Sample(
            FieldType.DECIMAL,
            random ->
                BigDecimal.valueOf(random.nextLong() >> random.nextInt(64), random.nextInt(19))),
        new Sample(FieldType.STRING, RandomRoundTripIT::text),
        new Sample(FieldType.BYTES, RandomRoundTripIT::bytes),
        new Sample(
            FieldType.logicalType(SqlTypes.UUID),
            random -> new UUID(random.nextLong(), random.nextLong())),
        new Sample(
            FieldType.logicalType(SqlTypes.DATE),
            random -> LocalDate.ofEpochDay(seconds(random) / 86_400)),
        new Sample(
            FieldType.logicalType(SqlTypes.TIME),
            random ->
                LocalTime.ofNanoOfDay(Math.floorMod(random.nextLong(), 86_400_000_000L) * 1000)),
        new Sample(
            FieldType.logicalType(SqlTypes.DATETIME),
            random -> LocalDateTime.ofEpochSecond(seconds(random), micros(random), ZoneOffset.UTC)),
        new Sample(
            FieldType.logicalType(new MicrosInstant()),
            random -> Instant.ofEpochSecond(seconds(random), micros(random)),
            "?",
            value -> ((Instant) value).atOffset(ZoneOffset.UTC)),
        new Sample(
            FieldType.DATETIME,
            random ->
                org.joda.time.Instant.ofEpochMilli(seconds(random) * 1000 + random.nextInt(1000)),
            "?",
            value ->
                Instant.ofEpochMilli(((org.joda.time.Instant) value).getMillis())
                    .atOffset(ZoneOffset.UTC)),
        new Sample(
            FieldType.logicalType(new NanosDuration()),
            random -> Duration.ofSeconds(seconds(random) / 1000, micros(random)),
            "CAST(? AS interval)",
            value ->
                BigDecimal.valueOf(((Duration) value).getSeconds())
                    .add(BigDecimal.valueOf(((Duration) value).getNano(), 9))
                    .toPlainString()),
        new Sample(
            FieldType.array(FieldType.STRING),
            random -> IntStream.range(0, random.nextInt(5)).mapToObj(i -> text(random)).toList(),
            "?",
            value -> ((List<?>) value).toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void copiedIsInserted(Sample sample) throws SQLException {
    Schema schema = Schema.builder().addInt32Field("id").addNullableField("v", sample.type).build();
    Columns columns = Columns.ofResult(schema);
    List<Object> values = Stream.generate(() -> sample.value.apply(RANDOM)).limit(VALUES).toList();

    SERVER.execute("CREATE TABLE public.copied (" + columns.definitions() + ")");
    SERVER.execute("CREATE TABLE public.inserted (" + columns.definitions() + ")");
    try {
      copy(schema, columns, values);
      insert(sample, values);
      assertThat(
          "seed " + SEED,
          SERVER.query(
              """
              SELECT count(*) || ' alike' FROM public.copied AS c JOIN public.inserted AS i USING (id)
              WHERE c.v::text = i.v::text AND c.v IS NOT DISTINCT FROM i.v
              """),
          contains(VALUES + " alike"));
    } finally {
      SERVER.execute("DROP TABLE public.copied, public.inserted");
    }
  }

  private static void copy(Schema schema, Columns columns, List<Object> values)
      throws SQLException {
    CopyBuffer buffer = new CopyBuffer(0);
    SchemaRowEncoder encoder = columns.encoder();
    encoder.header(buffer);
    for (int id = 0; id < values.size(); id++) {
      encoder.row(Row.withSchema(schema).attachValues(Arrays.asList(id, values.get(id))), buffer);
    }
    encoder.trailer(buffer);
    SERVER.copy("public.copied", columns.names(), buffer.array(), buffer.size());
  }

  private static void insert(Sample sample, List<Object> values) throws SQLException {
    try (PreparedStatement statement =
        SERVER
            .connection()
            .prepareStatement("INSERT INTO public.inserted VALUES (?, " + sample.insert + ")")) {
      for (int id = 0; id < values.size(); id++) {
        statement.setInt(1, id);
        statement.setObject(2, sample.bound.apply(values.get(id)));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static long seconds(Random random) {
    return FIRST_SECOND + Math.floorMod(random.nextLong(), LAST_SECOND - FIRST_SECOND);
  }

  private static int micros(Random random) {
    return random.nextInt(1_000_000) * 1000;
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(50)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(20), 1, Character.MAX_CODE_POINT + 1)
        .map(codePoint -> random.nextBoolean() ? codePoint % 127 + 1 : codePoint)
        .filter(codePoint -> codePoint < 0xd800 || codePoint > 0xdfff)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
