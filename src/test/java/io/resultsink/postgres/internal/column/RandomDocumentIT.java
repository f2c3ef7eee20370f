package io.resultsink.postgres.internal.column;

import static java.util.stream.Collectors.toCollection;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resultsink.postgres.testing.CatalogTypes;
import io.resultsink.postgres.testing.CopyServer;
import io.resultsink.postgres.testing.Torture;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows, maps and arrays of anything are the documents that another JSON writer makes of them. */
@Tag("attack")
class RandomDocumentIT {

  private static final int VALUES = Torture.rounds(100, 1_500);

  private static final FieldType SCORES =
      FieldType.map(FieldType.STRING, FieldType.DOUBLE.withNullable(true));

  private static final Schema INNER =
      Schema.builder()
          .addNullableStringField("näme \"\\")
          .addNullableField("decimal", FieldType.DECIMAL)
          .addNullableField("bytes", FieldType.BYTES)
          .build();

  private static final Schema DOCUMENT =
      Schema.builder()
          .addInt64Field("id")
          .addBooleanField("flag")
          .addFloatField("single")
          .addField("at", FieldType.logicalType(new MicrosInstant()))
          .addField("scores", SCORES)
          .addField("inner", FieldType.row(INNER))
          .addField("many", FieldType.array(FieldType.row(INNER).withNullable(true)))
          .addField("texts", FieldType.array(FieldType.array(FieldType.STRING)))
          .build();

  private static final CopyServer SERVER = CopyServer.shared();

  @ParameterizedTest
  @ValueSource(strings = {"jsonb", "json", "text"})
  void documentsAreThoseOfAnotherWriter(String type) throws SQLException {
    Random random = Torture.random("documents" + type);
    List<@Nullable Object> values =
        Stream.generate(() -> document(random)).limit(VALUES).collect(toCollection(ArrayList::new));
    RandomColumn column = new RandomColumn(FieldType.row(DOCUMENT), values);
    SERVER.execute("CREATE TABLE public.copied (id integer, v " + type + ")");
    SERVER.execute("CREATE TABLE public.inserted (id integer, v jsonb)");
    try {
      Columns columns =
          Columns.match(column.schema(), new CatalogTypes(SERVER).columns("public.copied"))
              .columns();
      assertThat(column.copy(columns, "public.copied"), is(empty()));
      column.insert("public.inserted", "CAST(? AS jsonb)", value -> json(value).toString());
      assertThat(
          "seed " + Torture.seed(),
          SERVER.query(
              """
              SELECT id || ': ' || left(c.v::text, 300) || ' is not ' || left(i.v::text, 300)
              FROM public.copied AS c FULL JOIN public.inserted AS i USING (id)
              WHERE c.v::jsonb::text IS DISTINCT FROM i.v::text LIMIT 5
              """),
          is(empty()));
    } finally {
      SERVER.execute("DROP TABLE public.copied, public.inserted");
    }
    Torture.tried(VALUES);
  }

  private static Row document(Random random) {
    Map<String, @Nullable Double> scores = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      scores.put(RandomValues.text(random), random.nextInt(4) == 0 ? null : finite(random));
    }
    return Row.withSchema(DOCUMENT)
        .addValues(
            RandomValues.integer(random, 64),
            random.nextBoolean(),
            random.nextInt() / 128f,
            RandomValues.instant(random),
            scores,
            inner(random))
        .addArray(some(random, 3, () -> random.nextInt(4) == 0 ? null : inner(random)))
        .addArray(some(random, 3, () -> (Object) some(random, 3, () -> RandomValues.text(random))))
        .build();
  }

  private static Row inner(Random random) {
    return Row.withSchema(INNER)
        .addValue(random.nextInt(4) == 0 ? null : RandomValues.text(random))
        .addValue(random.nextInt(4) == 0 ? null : decimal(random))
        .addValue(random.nextInt(4) == 0 ? null : RandomValues.bytes(random))
        .build();
  }

  private static double finite(Random random) {
    double number = RandomValues.number(random);
    return Double.isFinite(number) ? number : 0.5;
  }

  private static BigDecimal decimal(Random random) {
    return RandomValues.decimal(random).setScale(4, RoundingMode.HALF_EVEN);
  }

  private static <T> List<T> some(Random random, int most, Supplier<@Nullable T> element) {
    return Stream.generate(element)
        .limit(random.nextInt(most))
        .collect(toCollection(ArrayList::new));
  }

  private static JsonNode json(@Nullable Object value) {
    JsonNodeFactory nodes = new JsonNodeFactory(true);
    if (value instanceof Row row) {
      ObjectNode object = nodes.objectNode();
      for (int i = 0; i < row.getFieldCount(); i++) {
        object.set(row.getSchema().getField(i).getName(), json(row.getValue(i)));
      }
      return object;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = nodes.objectNode();
      map.forEach((name, element) -> object.set((String) name, json(element)));
      return object;
    } else if (value instanceof Iterable<?> elements) {
      ArrayNode array = nodes.arrayNode();
      elements.forEach(element -> array.add(json(element)));
      return array;
    } else if (value instanceof Long number) {
      return nodes.numberNode(number);
    } else if (value instanceof Double number) {
      return nodes.numberNode(new BigDecimal(number.toString()));
    } else if (value instanceof Float number) {
      return nodes.numberNode(new BigDecimal(number.toString()));
    } else if (value instanceof BigDecimal number) {
      return nodes.numberNode(number);
    } else if (value instanceof Boolean flag) {
      return nodes.booleanNode(flag);
    } else if (value instanceof byte[] bytes) {
      return nodes.binaryNode(bytes);
    } else if (value instanceof Instant instant) {
      return nodes.textNode(instant.toString());
    }
    return value == null ? nodes.nullNode() : nodes.textNode((String) value);
  }
}
