package io.resultsink.postgres.internal.column;

import static java.util.stream.Collectors.toCollection;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.resultsink.postgres.testing.CopyServer;
import io.resultsink.postgres.testing.Torture;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A binary fraction is the decimal that PostgreSQL shows it as. Not so beyond the whole numbers
 * that all are exact: there PostgreSQL adds digits to a decimal in the middle between two.
 */
@Tag("attack")
class ShortestDecimalIT {

  private static final int NUMBERS = Torture.rounds(500, 5_000);

  private static final CopyServer SERVER = CopyServer.shared();

  @Test
  void doublesAreShownAsPostgresShowsThem() throws SQLException {
    Random random = Torture.random("doubles");
    List<Object> numbers = some(() -> RandomValues.number(random));
    for (int exponent = -300; exponent <= 300; exponent++) {
      numbers.add(Math.scalb(1.0, exponent));
      numbers.add(Double.parseDouble("1e" + exponent));
    }
    numbers.removeIf(number -> !(Math.abs((Double) number) < 0x1p53));
    compare(numbers, FieldType.DOUBLE, "double precision");
  }

  @Test
  void floatsAreShownAsPostgresShowsThem() throws SQLException {
    Random random = Torture.random("floats");
    List<Object> numbers = some(() -> RandomValues.single(random));
    for (int exponent = -37; exponent <= 38; exponent++) {
      numbers.add(Math.scalb(1f, exponent));
      numbers.add(Float.parseFloat("1e" + exponent));
    }
    numbers.removeIf(number -> !(Math.abs((Float) number) < 0x1p24));
    compare(numbers, FieldType.FLOAT, "real");
  }

  private static void compare(List<Object> numbers, FieldType type, String column)
      throws SQLException {
    SERVER.execute("CREATE TABLE public.shown (id integer, v " + column + ", decimal text)");
    try {
      new RandomColumn(type, numbers).insert("public.shown", "?, NULL", number -> number);
      new RandomColumn(FieldType.STRING, numbers)
          .insert("public.shown", "NULL, ?", ShortestDecimalIT::decimal);
      assertThat(
          "seed " + Torture.seed(),
          SERVER.query(
              """
              SELECT n.v || ' is not ' || d.decimal
              FROM public.shown AS n JOIN public.shown AS d USING (id)
              WHERE n.v::text::numeric <> d.decimal::numeric LIMIT 5
              """),
          is(empty()));
    } finally {
      SERVER.execute("DROP TABLE public.shown");
    }
    Torture.tried(numbers.size());
  }

  private static Object decimal(Object number) {
    return (number instanceof Double real
            ? ShortestDecimal.of((double) real)
            : ShortestDecimal.of((float) number))
        .toString();
  }

  private static List<Object> some(Supplier<Object> number) {
    return Stream.generate(number).limit(NUMBERS).collect(toCollection(ArrayList::new));
  }
}
