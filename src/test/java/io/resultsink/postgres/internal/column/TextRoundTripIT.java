package io.resultsink.postgres.internal.column;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;

import io.resultsink.postgres.testing.CatalogTypes;
import io.resultsink.postgres.testing.CopyServer;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import org.junit.jupiter.api.Test;

/** Documents, and the types that take text. */
class TextRoundTripIT extends ColumnRoundTrip {

  @Test
  void documentsAreJson() throws SQLException {
    Schema inner =
        Schema.builder()
            .addNullableField("n", FieldType.DECIMAL)
            .addField("b", FieldType.BYTES)
            .build();
    Row row = Row.withSchema(inner).addValues(new BigDecimal("1.10"), new byte[] {1, 2}).build();
    created(FieldType.row(inner), row, "jsonb", "{\"b\": \"AQI=\", \"n\": 1.10}");
    into(FieldType.row(inner), row, "json", "{\"n\":1.10,\"b\":\"AQI=\"}");
    into(FieldType.row(inner), row, "text", "{\"n\":1.10,\"b\":\"AQI=\"}");
    created(FieldType.map(FieldType.INT32, LONGS), Map.of(7, List.of(1L)), "jsonb", "{\"7\": [1]}");
    OneOfType oneOf =
        OneOfType.create(
            Schema.Field.of("i", FieldType.INT32), Schema.Field.of("s", FieldType.STRING));
    created(FieldType.logicalType(oneOf), oneOf.createValue("s", "x"), "jsonb", "{\"s\": \"x\"}");
    refused(
        FieldType.map(FieldType.STRING, FieldType.DOUBLE), Map.of("a", Double.NaN), null, "NaN");
    into(FieldType.STRING, " {\"a\": 1e2}", "json", " {\"a\": 1e2}");
    into(FieldType.STRING, " {\"a\": 1e2}", "jsonb", "{\"a\": 100}");
    into(FieldType.STRING, "\"\\ud83d\\ude00\"", "jsonb", "\"\ud83d\ude00\"");
    for (String broken :
        List.of(
            "",
            " ",
            "{",
            "{'a':1}",
            "1 2",
            "[1,]",
            "01",
            "nul",
            "NaN",
            "\"\u0001\"",
            "\ufeff1",
            "\"\\x\"",
            "-",
            "1.")) {
      refused(FieldType.STRING, broken, "json", "not a valid JSON");
      refused(FieldType.STRING, broken, "jsonb", "not a valid JSON");
    }
    refused(FieldType.STRING, "\"\\u0000\"", "jsonb", "U+0000");
    into(FieldType.STRING, "\"\\u0000\"", "json", "\"\\u0000\"");
    refused(FieldType.STRING, "\"\\ud83d\"", "jsonb", "surrogate");
    refused(FieldType.STRING, "{\"a\":1,\"a\":2}", "jsonb", "name twice");
    refused(FieldType.STRING, "1e131072", "jsonb", "jsonb cannot hold");
    into(FieldType.STRING, "1e131071", "jsonb", "1" + "0".repeat(131071));
    refused(FieldType.STRING, "[".repeat(1001) + "]".repeat(1001), "jsonb", "nested");
    into(
        FieldType.STRING,
        "[".repeat(1000) + "]".repeat(1000),
        "jsonb",
        "[".repeat(1000) + "]".repeat(1000));
  }

  @Test
  void otherTypesTakeText() throws SQLException {
    into(FieldType.STRING, "happy", "public.mood", "happy");
    into(FieldType.STRING, "it's", "public.\"Odd Type\"", "it's");
    into(FieldType.STRING, "ok", "public.mood_domain", "ok");
    rejected(FieldType.STRING, "angry", "public.mood", "22P02");
    into(FieldType.STRING, "101", "bit(3)", "101");
    rejected(FieldType.STRING, "1011", "bit(3)", "22026");
    rejected(FieldType.STRING, "10", "bit(3)", "22026");
    into(FieldType.STRING, "10", "varbit(3)", "10");
    rejected(FieldType.STRING, "1011", "varbit(3)", "22001");
    into(FieldType.STRING, "1011", "varbit", "1011");
    into(FieldType.STRING, "101", "public.flags", "101");
    rejected(FieldType.STRING, "1011", "public.flags", "22026");
    into(FieldType.STRING, "10.0.0.1", "inet", "10.0.0.1/32");
    into(FieldType.STRING, "[1,5)", "int4range", "[1,5)");
    into(FieldType.STRING, "{[1,5),[7,8)}", "int4multirange", "{[1,5),[7,8)}");
    into(FieldType.STRING, "(1,2)", "point", "(1,2)");
    into(FieldType.STRING, "(1,\"a b\")", "public.pair", "(1,\"a b\")");
    into(FieldType.STRING, "'a':1 'b'", "tsvector", "'a':1 'b'");
    into(FieldType.STRING, "1 2", "int2vector", "1 2");
    into(FieldType.STRING, "pg_class", "regclass", "pg_class");
    into(
        FieldType.STRING,
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "uuid",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    into(
        FieldType.STRING,
        "{a0eebc999c0b-4ef8-bb6d6bb9bd380a11}",
        "uuid",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    refused(FieldType.STRING, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "uuid", "not a UUID");
    EnumerationType moods = EnumerationType.create("sad", "happy");
    into(FieldType.logicalType(moods), moods.valueOf("sad"), "public.mood", "sad");
  }

  /** The input functions of these types alter a part that does not fit. */
  @Test
  void typesWithPartsThatCutOrRoundTakeNoText() throws SQLException {
    CopyServer.shared()
        .execute(
            """
            CREATE DOMAIN public.two_digits AS numeric(5,2);
            CREATE TYPE public.prices AS RANGE (subtype = public.two_digits);
            CREATE TYPE public.whole AS (a integer, b bit(2), c text, d numeric, e public.pair);
            CREATE TYPE public.inner_pair AS (a public.two_digits[]);
            CREATE TYPE public.outer_pair AS (a integer, b public.inner_pair[]);
            """);
    for (String part :
        List.of(
            "varchar(3)",
            "char(3)",
            "numeric(4,1)",
            "timestamp(0)",
            "timestamptz(3)",
            "time(0)",
            "timetz(0)",
            "interval(0)",
            "name",
            "\"char\"",
            "jsonb",
            "money",
            "public.two_digits",
            "numeric(4,1)[]",
            "public.price[]")) {
      CopyServer.shared().execute("CREATE TYPE public.cutting AS (a integer, b " + part + ")");
      takesNoText("public.cutting", FieldType.STRING);
      takesNoText("public.cutting[]", STRINGS);
      CopyServer.shared().execute("DROP TYPE public.cutting");
    }
    takesNoText("public.prices", FieldType.STRING);
    takesNoText("public.prices_multirange", FieldType.STRING);
    takesNoText("public.outer_pair", FieldType.STRING);
    into(
        FieldType.STRING,
        "(1,10,\"a  \",1.005,\"(2,b)\")",
        "public.whole",
        "(1,10,\"a  \",1.005,\"(2,b)\")");
    rejected(FieldType.STRING, "(1,100,a,1,)", "public.whole", "22026");
  }

  private static void takesNoText(String type, FieldType field) throws SQLException {
    CopyServer.shared().execute("CREATE TABLE public.target (v " + type + ")");
    try {
      List<String> problems =
          Columns.match(
                  Schema.of(Schema.Field.nullable("v", field)),
                  new CatalogTypes(CopyServer.shared()).columns("public.target"))
              .problems();
      assertThat(type, problems, contains(containsString("cuts or rounds")));
    } finally {
      CopyServer.shared().execute("DROP TABLE public.target");
    }
  }

  @Test
  void mapsWhoseKeysBecomeOneNameAreRefused() throws SQLException {
    Map<byte[], String> bytes = new IdentityHashMap<>();
    bytes.put(new byte[] {1}, "x");
    into(FieldType.map(FieldType.BYTES, FieldType.STRING), bytes, "jsonb", "{\"AQ==\": \"x\"}");
    bytes.put(new byte[] {1}, "y");
    Map<Object, String> instants = new HashMap<>();
    instants.put(new DateTime(0, DateTimeZone.UTC), "x");
    instants.put(new DateTime(0, DateTimeZone.forOffsetHours(1)), "y");
    for (String type : List.of("jsonb", "json", "text")) {
      refused(FieldType.map(FieldType.BYTES, FieldType.STRING), bytes, type, "two keys");
      refused(FieldType.map(FieldType.DATETIME, FieldType.STRING), instants, type, "two keys");
    }
    refused(
        FieldType.array(FieldType.map(FieldType.BYTES, FieldType.STRING)),
        List.of(bytes),
        "jsonb",
        "two keys");
  }

  @Test
  void typesOfExtensionsTakeText() throws SQLException {
    CopyServer.shared().execute("CREATE EXTENSION citext SCHEMA public");
    CopyServer.shared().execute("CREATE EXTENSION hstore SCHEMA public");
    into(FieldType.STRING, "Ab", "public.citext", "Ab");
    into(FieldType.STRING, "\"a\"=>\"b\"", "public.hstore", "\"a\"=>\"b\"");
    into(STRINGS, List.of("Ab"), "public.citext[]", "{Ab}");
    into(FieldType.STRING, "<a>b</a>", "xml", "<a>b</a>");
    rejected(FieldType.STRING, "<a>b", "xml", "2200N");
  }
}
