package io.resultsink.postgres.internal.column;

import static java.util.stream.Collectors.joining;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.testing.CatalogTypes;
import io.resultsink.postgres.testing.CopyServer;
import io.resultsink.postgres.testing.Torture;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Into a column of another type: what is taken arrives as PostgreSQL reads the same text, and gives
 * back the same value; what is refused PostgreSQL refuses too, or alters.
 */
@Tag("attack")
class RandomConversionIT {

  private static final int VALUES = Torture.rounds(100, 2_500);
  private static final int MOST_AT_ONCE = 1_000;

  /** What is exact there is so in binary, which its text does not always tell. */
  private static final String BINARY = "real|double precision";

  private static final String NOT_OF_FRACTIONS = BINARY + "|text|varchar.*";

  private static final CopyServer SERVER = CopyServer.shared();

  /**
   * A way from a Beam type into a column.
   *
   * @param reads the type that reads a value's text exactly, and shows it in one way
   * @param exact whether the column's own text, read likewise, must be the value again
   */
  private record Way(
      FieldType type, Function<Random, Object> value, String reads, String column, boolean exact) {
    @Override
    public String toString() {
      return type + " into " + column;
    }
  }

  static Stream<Way> ways() {
    return Stream.of(
            numbers(FieldType.INT64, random -> RandomValues.integer(random, 64))
                .filter(way -> !way.column.matches(BINARY)),
            numbers(FieldType.DECIMAL, RandomValues::decimal)
                .filter(way -> !way.column.matches("varchar.*|" + BINARY)),
            // Beyond, PostgreSQL shows some with more digits than they were read from.
            numbers(FieldType.DECIMAL, RandomConversionIT::ofExactWholes)
                .filter(way -> way.column.matches(BINARY)),
            numbers(FieldType.DOUBLE, RandomValues::number)
                .filter(way -> !way.column.matches(NOT_OF_FRACTIONS)),
            numbers(FieldType.FLOAT, RandomValues::single)
                .filter(way -> !way.column.matches(NOT_OF_FRACTIONS)),
            texts(),
            times())
        .flatMap(Function.identity());
  }

  private static Stream<Way> numbers(FieldType type, Function<Random, Object> value) {
    Stream<Way> whole =
        Stream.of("smallint", "integer", "bigint")
            .map(column -> new Way(type, value, binary(type), column, true));
    Stream<Way> others =
        Stream.of(
                "numeric",
                "numeric(10,2)",
                "numeric(3,-2)",
                "numeric(2,5)",
                "real",
                "double precision",
                "text",
                "varchar(9)")
            .filter(column -> !column.matches("numeric\\((3,-2|2,5)\\)") || serverHasAnyScale())
            .map(column -> new Way(type, value, "numeric", column, true));
    return Stream.concat(whole, others);
  }

  private static BigDecimal ofExactWholes(Random random) {
    BigDecimal number = RandomValues.decimal(random);
    return number.abs().compareTo(BigDecimal.valueOf(1 << 24)) < 0 ? number : BigDecimal.ONE;
  }

  private static String binary(FieldType type) {
    return switch (type.getTypeName()) {
      case FLOAT -> "real";
      case DOUBLE -> "double precision";
      default -> "numeric";
    };
  }

  private static Stream<Way> texts() {
    return Stream.of(
        text(random -> RandomValues.text(random, random.nextInt(9)), "varchar(5)", true),
        text(random -> RandomTexts.blanks(random, 9), "varchar(5)", true),
        text(random -> RandomValues.text(random, random.nextInt(30)), "name", true),
        text(random -> RandomValues.text(random, random.nextInt(3)), "\"char\"", true),
        text(RandomTexts::uuid, "uuid", false),
        text(RandomTexts::json, "json", true),
        text(RandomTexts::json, "jsonb", false),
        text(RandomTexts::offsetTime, "timetz", false),
        text(RandomTexts::bits, "varbit(3)", true));
  }

  private static Stream<Way> times() {
    FieldType instants = FieldType.logicalType(new MicrosInstant());
    FieldType local = FieldType.logicalType(SqlTypes.DATETIME);
    FieldType time = FieldType.logicalType(SqlTypes.TIME);
    return Stream.of(
        new Way(
            instants,
            random -> rounded(RandomValues.timestamp(random), random).toInstant(ZoneOffset.UTC),
            "timestamptz",
            "timestamp(3)",
            true),
        new Way(
            instants,
            random -> rounded(RandomValues.timestamp(random), random).toInstant(ZoneOffset.UTC),
            "timestamptz",
            "timestamptz(0)",
            true),
        new Way(
            instants,
            random -> rounded(RandomValues.timestamp(random), random).toInstant(ZoneOffset.UTC),
            "timestamptz",
            "date",
            true),
        new Way(
            local,
            random -> rounded(RandomValues.timestamp(random), random),
            "timestamp",
            "date",
            true),
        new Way(
            FieldType.logicalType(SqlTypes.DATE), RandomValues::date, "date", "timestamp", true),
        new Way(
            time,
            random ->
                rounded(LocalDate.EPOCH.atTime(RandomValues.time(random)), random).toLocalTime(),
            "time",
            "time(2)",
            true));
  }

  private static Way text(Function<Random, Object> value, String column, boolean exact) {
    return new Way(FieldType.STRING, value, "text", column, exact);
  }

  @BeforeAll
  static void createWhatPostgresReads() throws SQLException {
    SERVER.execute(
        """
        CREATE SCHEMA IF NOT EXISTS public;
        CREATE OR REPLACE FUNCTION public.read_as(value text, reads text, type text, exact boolean)
        RETURNS text LANGUAGE plpgsql SET search_path = '' AS $$
        DECLARE shown text; same boolean;
        BEGIN
          EXECUTE pg_catalog.format('SELECT CAST(CAST(%L AS %s) AS %s)::text', value, reads, type)
            INTO shown;
          EXECUTE pg_catalog.format('SELECT CAST(%L AS %2$s) IS NOT DISTINCT FROM CAST(%3$L AS %2$s)',
            shown, reads, value) INTO same;
          RETURN CASE WHEN same OR NOT exact THEN shown END;
        EXCEPTION WHEN data_exception OR check_violation OR program_limit_exceeded THEN
          RETURN NULL;
        END $$
        """);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatIsTakenIsKeptAndWhatIsRefusedWouldNotBe(Way way) throws SQLException {
    Random random = Torture.random("conversion" + way);
    for (int left = VALUES; left > 0; left -= MOST_AT_ONCE) {
      compare(
          way,
          new RandomColumn(
              way.type,
              Stream.generate(() -> way.value.apply(random))
                  .limit(Math.min(left, MOST_AT_ONCE))
                  .toList()));
    }
    Torture.tried(VALUES);
  }

  private static void compare(Way way, RandomColumn column) throws SQLException {
    String which = "seed " + Torture.seed() + ", " + way;
    SERVER.execute("CREATE TABLE public.target (id integer, v " + way.column + ")");
    SERVER.execute("CREATE TABLE public.source (id integer, v text)");
    try {
      ColumnMatch match =
          Columns.match(column.schema(), new CatalogTypes(SERVER).columns("public.target"));
      assertThat(which, match.problems(), is(empty()));
      Columns columns = match.columns();
      column.insert("public.source", "?", RandomConversionIT::shown);
      SERVER.execute("CREATE TABLE public.staging (" + columns.stagedDefinitions() + ")");
      List<Integer> refused = column.copy(columns, "public.staging");
      String published = move(columns, refused);
      assertThat(
          which + ": taken, and altered",
          SERVER.query(
              differing(way, "id NOT IN (" + published + ") AND r IS DISTINCT FROM t.v::text")),
          is(empty()));
      assertThat(
          which + ": refused, and PostgreSQL would keep it",
          SERVER.query(differing(way, "id IN (" + published + ") AND r IS NOT NULL")),
          is(empty()));
    } finally {
      SERVER.execute("DROP TABLE IF EXISTS public.target, public.source, public.staging");
    }
  }

  /** Publishes row by row; gives those that were refused here or there, to stand in SQL. */
  private static String move(Columns columns, List<Integer> refused) throws SQLException {
    SERVER.execute(
        """
        DO $$ DECLARE row record; BEGIN
          FOR row IN SELECT id FROM public.staging LOOP
            BEGIN
              INSERT INTO public.target (%s) SELECT %s FROM public.staging WHERE id = row.id;
            EXCEPTION WHEN data_exception OR check_violation THEN
              NULL;
            END;
          END LOOP;
        END $$
        """
            .formatted(columns.names(), columns.publishExpressions()));
    List<String> missing = new ArrayList<>(refused.stream().map(String::valueOf).toList());
    missing.addAll(
        SERVER.query("SELECT id FROM public.staging EXCEPT SELECT id FROM public.target"));
    return missing.stream().collect(joining(", ", "-1", "")).replaceFirst("-1(?=\\d)", "-1, ");
  }

  private static String differing(Way way, String condition) {
    return """
    SELECT id || ': ' || left(s.v, 100) || ' is ' || coalesce(left(t.v::text, 100), 'refused')
           || ', and would be ' || coalesce(left(r, 100), 'refused')
    FROM public.source AS s LEFT JOIN public.target AS t USING (id),
      public.read_as(s.v, '%s', '%s', %s) AS r
    WHERE %s LIMIT 5
    """
        .formatted(way.reads, way.column, way.exact, condition);
  }

  private static String shown(Object value) {
    if (value instanceof Double number && Double.isFinite(number)) {
      return ShortestDecimal.of((double) number).toString();
    } else if (value instanceof Float number && Float.isFinite(number)) {
      return ShortestDecimal.of((float) number).toString();
    }
    return String.valueOf(RandomColumn.literal(value));
  }

  private static boolean serverHasAnyScale() {
    try {
      return SERVER.connection().getMetaData().getDatabaseMajorVersion() >= 15;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LocalDateTime rounded(LocalDateTime time, Random random) {
    LocalTime of = time.toLocalTime();
    return switch (random.nextInt(4)) {
      case 0 -> time.toLocalDate().atStartOfDay();
      case 1 -> time.with(of.withNano(0));
      case 2 -> time.with(of.withNano(of.getNano() / 10_000_000 * 10_000_000));
      default -> time;
    };
  }
}
