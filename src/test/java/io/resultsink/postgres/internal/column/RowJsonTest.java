package io.resultsink.postgres.internal.column;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.PassThroughLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UnknownLogicalType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class RowJsonTest {

  private static String json(FieldType type, Object value) {
    Schema schema = Schema.builder().addField("v", type.withNullable(true)).build();
    return RowJson.of(Row.withSchema(schema).attachValues(Arrays.asList(value)), false);
  }

  @Test
  void scalarsAreWhatTheyAre() {
    assertThat(json(FieldType.STRING, null), equalTo("{\"v\":null}"));
    assertThat(json(FieldType.BOOLEAN, true), equalTo("{\"v\":true}"));
    assertThat(json(FieldType.INT64, Long.MIN_VALUE), equalTo("{\"v\":-9223372036854775808}"));
    assertThat(json(FieldType.DECIMAL, new BigDecimal("1.50")), equalTo("{\"v\":1.50}"));
    assertThat(json(FieldType.DOUBLE, Double.NaN), equalTo("{\"v\":\"NaN\"}"));
    assertThat(json(FieldType.FLOAT, Float.NEGATIVE_INFINITY), equalTo("{\"v\":\"-Infinity\"}"));
    assertThat(json(FieldType.BYTES, new byte[] {0, 1}), equalTo("{\"v\":\"AAE=\"}"));
    assertThat(
        json(FieldType.DATETIME, new Instant(0)), equalTo("{\"v\":\"1970-01-01T00:00:00Z\"}"));
  }

  @Test
  void aDateOfAnotherLanguageIsADate() {
    FieldType date =
        FieldType.logicalType(
            new UnknownLogicalType<>(
                SqlTypes.DATE.getIdentifier(), new byte[0], FieldType.STRING, "", FieldType.INT64));
    assertThat(json(date, -3652L), equalTo("{\"v\":\"1960-01-02\"}"));
    assertThat(
        json(FieldType.logicalType(SqlTypes.DATE), java.time.LocalDate.of(1960, 1, 2)),
        equalTo("{\"v\":\"1960-01-02\"}"));
    assertThat(json(date, Long.MAX_VALUE), equalTo("{\"v\":" + Long.MAX_VALUE + "}"));
  }

  @Test
  void nestedValuesAreObjectsAndArrays() {
    assertThat(
        json(FieldType.array(FieldType.INT32), Arrays.asList(1, null)),
        equalTo("{\"v\":[1,null]}"));
    assertThat(
        json(FieldType.map(FieldType.STRING, FieldType.INT32), Map.of("a\"", 1)),
        equalTo("{\"v\":{\"a\\\"\":1}}"));
    EnumerationType colours = EnumerationType.create("red", "green");
    assertThat(
        json(FieldType.logicalType(colours), colours.valueOf("green")),
        equalTo("{\"v\":\"green\"}"));
    OneOfType either =
        OneOfType.create(
            Schema.Field.of("number", FieldType.INT32), Schema.Field.of("text", FieldType.STRING));
    assertThat(
        json(FieldType.logicalType(either), either.createValue("text", "x")),
        equalTo("{\"v\":{\"text\":\"x\"}}"));
  }

  /** Such rows are rejected for it, so that they must be shown. */
  @Test
  void aNumberThatAnEnumerationHasNoNameForIsShown() {
    EnumerationType colours = EnumerationType.create("red", "green");
    assertThat(json(FieldType.logicalType(colours), colours.valueOf(99)), equalTo("{\"v\":99}"));
    OneOfType either =
        OneOfType.create(
            Schema.Field.of("number", FieldType.INT32), Schema.Field.of("text", FieldType.STRING));
    EnumerationType.Value no = either.getCaseEnumType().valueOf(7);
    assertThat(
        json(FieldType.logicalType(either), either.createValue(no, "x")),
        equalTo("{\"v\":{\"7\":\"x\"}}"));
    assertThat(
        json(
            FieldType.map(FieldType.logicalType(colours), FieldType.INT32),
            Map.of(colours.valueOf("green"), 1)),
        equalTo("{\"v\":{\"green\":1}}"));
  }

  @Test
  void datesAndTimesAreAsInDocuments() {
    assertThat(
        json(FieldType.logicalType(SqlTypes.TIME), java.time.LocalTime.of(10, 15)),
        equalTo("{\"v\":\"10:15:00\"}"));
    assertThat(
        json(FieldType.logicalType(SqlTypes.DATETIME), java.time.LocalDateTime.MAX),
        equalTo("{\"v\":\"" + java.time.LocalDateTime.MAX + "\"}"));
  }

  @Test
  void valuesOfAnotherServerAreReadable() {
    FieldType numeric = FieldType.logicalType(PostgresBinary.of("numeric", -1));
    byte[] fortyThousand = {0, 2, 0, 1, 0, 0, 0, 1, 0, 4, 0, 0};
    assertThat(json(numeric, fortyThousand), equalTo("{\"v\":40000.0}"));
    assertThat(
        json(FieldType.array(numeric), List.of(fortyThousand)), equalTo("{\"v\":[40000.0]}"));
    byte[] nan = {0, 0, 0, 0, (byte) 0xc0, 0, 0, 0};
    assertThat("none for Java", json(numeric, nan), equalTo("{\"v\":\"AAAAAMAAAAA=\"}"));
    assertThat(
        json(FieldType.logicalType(PostgresBinary.of("varchar", -1)), "☃\0".getBytes(UTF_8)),
        equalTo("{\"v\":\"☃\\u0000\"}"));
    assertThat(
        json(FieldType.logicalType(PostgresBinary.of("date", -1)), new byte[] {0, 0, 0, 1}),
        equalTo("{\"v\":\"2000-01-02\"}"));
    assertThat(
        json(FieldType.logicalType(PostgresBinary.of("inet", -1)), new byte[] {0, 1}),
        equalTo("{\"v\":\"AAE=\"}"));
  }

  /** A sum of money, of a class whose text says nothing. */
  private static final class Money {
    private final long cents;

    Money(long cents) {
      this.cents = cents;
    }

    @Override
    public String toString() {
      throw new IllegalStateException();
    }
  }

  private static final class MoneyType extends PassThroughLogicalType<Object> {
    MoneyType(FieldType base) {
      super("money", FieldType.STRING, "", base);
    }

    @Override
    public Object toBaseType(Object input) {
      Money money = (Money) input;
      return getBaseType().equals(FieldType.INT64)
          ? money.cents
          : Map.of("euro", money.cents / 100, "cents", money.cents % 100);
    }
  }

  @Test
  void aTypeOfOnesOwnIsItsBaseType() {
    assertThat(
        json(FieldType.logicalType(new MoneyType(FieldType.INT64)), new Money(150)),
        equalTo("{\"v\":150}"));
    FieldType map = FieldType.map(FieldType.STRING, FieldType.INT64);
    assertThat(
        json(FieldType.array(FieldType.logicalType(new MoneyType(map))), List.of(new Money(0))),
        anyOf(
            equalTo("{\"v\":[{\"euro\":0,\"cents\":0}]}"),
            equalTo("{\"v\":[{\"cents\":0,\"euro\":0}]}")));
    assertThat(
        json(FieldType.STRING, new Money(150)),
        equalTo("{\"v\":\"" + Money.class.getName() + "\"}"));
    assertThat(
        json(FieldType.logicalType(new MoneyType(FieldType.INT64)), "seven"),
        equalTo("{\"v\":\"seven\"}"));
  }

  @Test
  void anObjectThatTheTypeDoesNotHaveIsShownAllTheSame() {
    assertThat(json(FieldType.INT64, List.of("a")), equalTo("{\"v\":[\"a\"]}"));
    assertThat(json(FieldType.INT64, "seven"), equalTo("{\"v\":\"seven\"}"));
    FieldType date =
        FieldType.logicalType(
            new UnknownLogicalType<>(
                "DATE", new byte[0], FieldType.STRING, "", FieldType.DATETIME));
    assertThat(json(date, "seven"), equalTo("{\"v\":\"seven\"}"));
    assertThat(json(date, new Instant(0)), equalTo("{\"v\":\"1970-01-01\"}"));
    assertThat(json(date, new Instant(1)), equalTo("{\"v\":\"1970-01-01T00:00:00.001Z\"}"));
  }

  @Test
  void everyTextIsRepresented() throws Exception {
    String text = "a\0b\n\"\\\u007f ☃ \ud83d\ude00 \ud800x\udc00";
    String json = json(FieldType.STRING, text);
    assertThat(
        json,
        equalTo("{\"v\":\"a\\u0000b\\u000a\\\"\\\\\\u007f ☃ \ud83d\ude00 \\ud800x\\udc00\"}"));
    assertThat(new ObjectMapper().readTree(json).get("v").asText(), equalTo(text));
  }

  @Test
  void asciiOnlyForDatabasesThatLackCharacters() throws Exception {
    Schema schema = Schema.builder().addStringField("ä").build();
    String json = RowJson.of(Row.withSchema(schema).addValue("☃ \ud83d\ude00").build(), true);
    assertThat(json, equalTo("{\"\\u00e4\":\"\\u2603 \\ud83d\\ude00\"}"));
    assertThat(new ObjectMapper().readTree(json).get("ä").asText(), equalTo("☃ \ud83d\ude00"));
  }

  @Test
  void aValueThatIsTooLongIsCutAndSaysSo() throws Exception {
    String json = json(FieldType.STRING, "x".repeat(RowJson.MOST_CHARACTERS + 1_000));
    assertThat(json.length(), lessThan(RowJson.MOST_CHARACTERS + 1_000));
    String value = new ObjectMapper().readTree(json).get("v").asText();
    assertThat(value.substring(value.length() - 30), startsWith("x"));
    assertThat(
        value.substring(value.indexOf("...")),
        equalTo("... (" + (RowJson.MOST_CHARACTERS + 1_000) + " characters)"));
  }
}
