package io.resultsink.pipelines.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.engine.RowCursor;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.postgres.destination.PostgresTarget;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.UnencodableValueException;
import io.resultsink.postgres.internal.column.PostgresText;
import io.resultsink.postgres.testing.Steps;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestingPostgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A query's columns keep their types and values, in a table of another database. */
class OwnTypesIT {

  /** Extremes of each type, as SQL writes them; arrays and ranges are made of them. */
  private static final Map<String, List<String>> VALUES = new LinkedHashMap<>();

  /** Types that cannot leave their database. */
  private static final Set<String> REFUSED =
      Set.of(
          "aclitem",
          "cstring",
          "gtsvector",
          "money",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary",
          "pg_dependencies",
          "pg_mcv_list",
          "pg_ndistinct",
          "pg_node_tree",
          "regclass",
          "regcollation",
          "regconfig",
          "regdatabase",
          "regdictionary",
          "regnamespace",
          "regoper",
          "regoperator",
          "regproc",
          "regprocedure",
          "regrole",
          "regtype");

  static {
    type("bool", "true", "false");
    type("bytea", "", "\\x00ff7f80", "\\x5c");
    type("char", "", "a", "\\377");
    type("name", "", "a \"name\"", "n".repeat(63));
    type("int8", "-9223372036854775808", "9223372036854775807", "0");
    type("int2", "-32768", "32767");
    type("int4", "-2147483648", "2147483647");
    type("text", "", "a'b\\c\td", "\u00e4\u20ac\ud83d\ude00", "x".repeat(100_000));
    type("oid", "0", "4294967295");
    type("tid", "(0,0)", "(4294967295,65535)");
    type("xid", "0", "4294967295");
    type("cid", "0", "4294967295");
    type("xid8", "0", "18446744073709551615");
    type("json", "{\"b\": 1,   \"a\":[1e400, null], \"b\":2}", "\"\\u0000\"", "null");
    type("jsonb", "{\"b\": 1, \"a\": [1.500, null, \"\\u00e4\"]}", "[]", "null", "-0.00");
    type("xml", "<a b=\"c\">\u00e4</a>", "text <b/> more", "<?xml version=\"1.0\"?><a/>");
    type("point", "(1.5,-1e300)", "(NaN,Infinity)");
    type("lseg", "[(0,0),(1,1e-300)]");
    type("path", "((0,0),(1,1),(2,0))", "[(0,0),(1,1)]");
    type("box", "(2,2),(0,0)");
    type("polygon", "((0,0),(1,1),(2,0))");
    type("line", "{1,-1,0}");
    type("circle", "<(1,2),3>");
    type("float4", "NaN", "Infinity", "-Infinity", "-0", "1.1754944e-38", "3.4028235e+38", "1e-45");
    type(
        "float8", "NaN", "Infinity", "-Infinity", "-0", "5e-324", "1.7976931348623157e+308", "0.1");
    type("macaddr", "08:00:2b:01:02:03");
    type("macaddr8", "08:00:2b:01:02:03:04:05");
    type("inet", "192.168.0.1/24", "::ffff:1.2.3.4/128", "0.0.0.0/0", "2001:db8::1");
    type("cidr", "10.0.0.0/8", "2001:db8::/32");
    type("bpchar", "", "a  ");
    type("varchar", "", "a  ");
    type("date", "infinity", "-infinity", "4713-01-01 BC", "5874897-12-31", "2000-02-29");
    type("time", "00:00:00", "24:00:00", "23:59:59.999999");
    type("timetz", "00:00:00+15:59:59", "24:00:00-15:59:59", "12:34:56.789012+05:30");
    type(
        "timestamp",
        "infinity",
        "-infinity",
        "4713-01-01 00:00:00 BC",
        "294276-12-31 23:59:59.999999",
        "2026-03-29 02:30:00");
    type(
        "timestamptz",
        "infinity",
        "-infinity",
        "4713-01-01 00:00:00+00 BC",
        "294276-12-31 23:59:59.999999+00",
        "2026-03-08 10:30:00.000001+00");
    type(
        "interval",
        "-178000000 years",
        "178000000 years",
        "1 mon -1 days +00:00:00.000001",
        "00:00:00",
        "-2147483648 days",
        "2147483647:00:00");
    type(
        "numeric",
        "NaN",
        "Infinity",
        "-Infinity",
        "0",
        "0.00",
        "-1.10",
        "1e-16383",
        "1e131071",
        "12345678901234567890.12345678901234567890",
        "10000",
        "0.0001",
        "100000000");
    type("bit", "1", "1010101010101");
    type("varbit", "", "101", "1".repeat(1000));
    type("uuid", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff");
    type("pg_lsn", "0/0", "FFFFFFFF/FFFFFFFF");
    type("tsvector", "", "'a':1A,2B 'b c':16383 'd'");
    type("jsonpath", "strict $.\"a b\"[*] ? (@ > 1 && @ like_regex \"^x\" flag \"i\")");
    type("txid_snapshot", "10:20:10,14,15");
    type("pg_snapshot", "10:20:10,14,15");
    type("refcursor", "", "a cursor");
    type("int2vector", "", "1 -2 3");
    type("oidvector", "", "1 4294967295");
    type("tsquery", "", "'a':AB & !'b c':* <2> 'd'");
    type("int4range", "empty", "(,)", "[1,5)", "[2147483647,)");
    type("int8range", "empty", "[1,5)");
    type("numrange", "[1.10,2.20]", "(,NaN]");
    type("tsrange", "[2020-01-01 00:00:00,infinity]");
    type("tstzrange", "[2020-01-01 00:00:00+00,infinity)");
    type("daterange", "[2020-01-01,2020-02-01)", "(,)");
    type("int4multirange", "{}", "{[1,3),[5,)}");
    type("int8multirange", "{}", "{[1,3),[5,)}");
    type("nummultirange", "{[1.10,2.20],(3,)}");
    type("tsmultirange", "{[2020-01-01 00:00:00,2020-01-02 00:00:00)}");
    type("tstzmultirange", "{[2020-01-01 00:00:00+00,2020-01-02 00:00:00+00)}");
    type("datemultirange", "{[2020-01-01,2020-02-01),[2020-03-01,)}");
  }

  private static void type(String name, String... values) {
    VALUES.put(name, List.of(values));
  }

  @RegisterExtension final TestDatabase source = new TestDatabase();
  @RegisterExtension final TestDatabase other = new TestDatabase();

  @Test
  void everyTypeThatPostgresBringsArrivesAsItIs() {
    List<String> columns = new ArrayList<>();
    List<List<String>> values = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (List<String> type :
        source.rows(
            """
            SELECT t.typname, coalesce(e.typname, '') FROM pg_type t
              LEFT JOIN pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem AND e.typtype <> 'c'
             WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm')
               AND (t.typcategory <> 'A' OR e.oid IS NOT NULL) ORDER BY 1
            """)) {
      boolean array = type.get(0).startsWith("_");
      String element = array ? type.get(1) : type.get(0);
      if (REFUSED.contains(element)) {
        refused.add(type.get(0));
        continue;
      }
      List<String> literals = VALUES.get(element);
      assertThat("values of " + element, literals != null);
      columns.add(type.get(0));
      values.add(array ? arrays(literals, element.equals("box") ? ";" : ",") : literals);
    }
    assertThat(columns.size(), greaterThan(110));
    create(columns, values);
    publish("SELECT * FROM t", "copied?mode=replace");
    assertSame("t", "copied");
    for (String type : refused) {
      if (!Set.of("gtsvector", "_gtsvector").contains(type)) {
        assertRefused(
            "SELECT 1 AS a, NULL::pg_catalog." + '"' + type + "\" AS c", "column c is of type");
      }
    }
  }

  /** Boxes stand apart by semicolons. */
  private static List<String> arrays(List<String> values, String comma) {
    String all = values.stream().map(OwnTypesIT::quoted).collect(Collectors.joining(comma));
    String one = quoted(values.get(values.size() - 1));
    return List.of(
        "{}",
        "{" + all + comma + "NULL}",
        "{{" + one + comma + "NULL}" + comma + "{NULL" + comma + one + "}}",
        "[-2:-1]={" + one + comma + one + "}");
  }

  private static String quoted(String element) {
    return '"' + element.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** One row for each position of the lists, and one of NULLs. */
  private void create(List<String> types, List<List<String>> values) {
    List<String> definitions = new ArrayList<>();
    for (String type : types) {
      definitions.add("c_" + type + " pg_catalog.\"" + type + '"');
    }
    source.executeAs(
        TestingPostgres.SINK, "CREATE TABLE t (" + String.join(", ", definitions) + ")");
    int rows = values.stream().mapToInt(List::size).max().orElse(0);
    for (int row = 0; row <= rows; row++) {
      List<String> literals = new ArrayList<>();
      for (List<String> ofType : values) {
        literals.add(row < ofType.size() ? "'" + ofType.get(row).replace("'", "''") + "'" : "NULL");
      }
      source.executeAs(
          TestingPostgres.SINK,
          "SET datestyle = 'ISO'",
          "INSERT INTO t VALUES (" + String.join(", ", literals) + ")");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(10,2)                     | 12345678.90",
        "numeric(1000,500)                 | 1",
        "varchar(7)                        | 'a  '",
        "char(7)                           | 'a'",
        "bpchar                            | 'a  '",
        "\"bit\"                           | 10101",
        "bit(5)                            | 10101",
        "bit varying(5)                    | 101",
        "time(3)                           | 24:00:00",
        "time(0) with time zone            | 12:00:00+01",
        "timestamp(0)                      | infinity",
        "timestamp(3) with time zone       | 2020-01-01 00:00:00.123+00",
        "interval(2)                       | 1 mon 00:00:00.12",
        "interval year to month            | 1 year 2 mons",
        "interval day                      | 3 days",
        "interval hour to second(1)        | 00:00:00.1",
        "numeric(5,2)[]                    | {1.10,NaN}",
        "varchar(3)[]                      | '{a,bcd}'",
        "timestamp(2)[]                    | {-infinity}",
        "bit(3)[]                          | {101}",
      })
  void modifiersArriveToo(String type, String value) {
    source.executeAs(
        TestingPostgres.SINK,
        "SET datestyle = 'ISO'",
        "CREATE TABLE t (v " + type + ", w int)",
        "INSERT INTO t VALUES ('" + value + "', 1), (NULL, 2)");
    publish("SELECT * FROM t", "copied");
    assertSame("t", "copied");
  }

  /** The target exists: what is of its own type arrives as it is, the rest is converted exactly. */
  @Test
  void existingColumnsOfOtherTypesTakeWhatTheyHold() {
    String types =
        "a bigint, b numeric(12,1), c text, d timestamp, e varchar(3), f timestamptz(0), g text,"
            + " h numeric, i jsonb, j date";
    other.executeAs(TestingPostgres.SINK, "CREATE TABLE copied (" + types + ")");
    publish(
        """
        SELECT 7::numeric(5,0) AS a, 1.50::numeric(5,2) AS b, 'x'::varchar AS c,
               '2020-01-01 10:00+00'::timestamptz AS d, 'abc'::char(3) AS e,
               '2020-01-01 10:00:00.000'::timestamptz AS f, '[1]'::jsonb AS g, 'NaN'::numeric AS h,
               '{"a":1}'::json AS i, '2020-01-01 00:00'::timestamp AS j
        """,
        "copied");
    assertThat(
        other.rows("SELECT a, b, c, d, e, f AT TIME ZONE 'UTC', g, h, i, j FROM results.copied"),
        is(
            List.of(
                List.of(
                    "7",
                    "1.5",
                    "x",
                    "2020-01-01 10:00:00",
                    "abc",
                    "2020-01-01 10:00:00",
                    "[1]",
                    "NaN",
                    "{\"a\": 1}",
                    "2020-01-01"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(5,1) | 1.25::numeric        | digits after the decimal point",
        "integer      | 'NaN'::numeric       | NaN",
        "timestamp    | 'infinity'::timestamptz | infinity",
        "varchar(2)   | 'abc'::varchar       | more than 2 characters",
      })
  void whatAnotherTypeDoesNotHoldIsRefused(String type, String value, String reason) {
    other.executeAs(TestingPostgres.SINK, "CREATE TABLE copied (v " + type + ")");
    assertThat(
        assertThrows(
                UnencodableValueException.class,
                () -> publish("SELECT " + value + " AS v", "copied"))
            .getMessage(),
        containsString(reason));
  }

  /** Servers before 17 store the binary form of an infinite interval as a finite one. */
  @Test
  void intervalsTravelAsTextWhichOlderServersRefuseWhenInfinite() {
    source.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE t (a interval, b interval(2), c interval day, d interval[])",
        "INSERT INTO t VALUES ('-1 year 2 days -00:00:01', '00:00:01.25', '3 days', '{1 day}')");
    other.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE copied (a interval, b interval(2), c interval day, d interval[])");
    publish("SELECT * FROM t", "copied?mode=append");
    assertSame("t", "copied");

    for (Schema.Field field : prepare("SELECT * FROM t").schema().getFields()) {
      assertThat(field.getType().getLogicalType(), instanceOf(PostgresText.class));
    }
  }

  @Test
  void typesOfTheUsersOwnArriveWhereTheyExist() {
    String[] types = {
      "CREATE TYPE public.mood AS ENUM ('sad', 'it''s \"ok\"')",
      "CREATE TYPE public.\"Odd Pair\" AS (a int, b text)",
      "CREATE DOMAIN public.price AS numeric(10,2) CHECK (VALUE >= 0)",
      "CREATE TYPE public.span AS RANGE (subtype = float8)"
    };
    source.execute(types);
    other.execute(types);
    source.executeAs(
        TestingPostgres.SINK,
        "CREATE TABLE t (a public.mood, b public.\"Odd Pair\", c public.mood[], d public.span)",
        "INSERT INTO t VALUES ('it''s \"ok\"', (1, 'x,\"y'), '{sad,NULL}', '[1,2.5)'), (NULL, NULL,"
            + " NULL, NULL)");
    publish("SELECT * FROM t", "copied?mode=replace");
    assertSame("t", "copied");
    publish("SELECT 1.5::public.price AS p", "priced");
    assertThat(
        other.value("SELECT pg_typeof(p) || p::text FROM results.priced"), is("numeric1.50"));
    // A table that exists has columns of these types, too.
    publish("SELECT * FROM t", "copied?mode=truncate");
    assertSame("t", "copied");
  }

  @Test
  void aTypeThatTheOtherDatabaseLacksIsRefusedByName() {
    source.execute("CREATE TYPE public.mood AS ENUM ('sad')");
    IncompatibleTableException refusal =
        assertThrows(
            IncompatibleTableException.class,
            () -> publish("SELECT 'sad'::public.mood AS m", "copied"));
    assertThat(
        refusal.getMessage(),
        containsString(
            "column m is of type \"public\".\"mood\", which this database does not have; create the"
                + " type, or cast the column to text in the query"));
  }

  @Test
  void whatNoTableHoldsIsRefused() {
    assertRefused("SELECT ROW(1, 2) AS r, 1::money AS m", "column r is of type record, which");
    assertRefused("SELECT ROW(1, 2) AS r, 1::money AS m", "column m is of type money, whose value");
  }

  private void assertRefused(String sql, String reason) {
    assertThat(
        sql,
        assertThrows(QueryException.class, () -> prepare(sql)).getMessage(),
        containsString(reason));
  }

  private PostgresQuery prepare(String sql) {
    String url = source.url("").replaceFirst("/$", "");
    return PostgresQuery.prepare(url, null, sql, Instant.EPOCH, false);
  }

  private void publish(String sql, String tail) {
    PostgresQuery query = prepare(sql);
    try (RowCursor cursor = query.open();
        Steps steps = new Steps(PostgresTarget.parse(other.url(tail)), query.schema())) {
      List<Row> rows = new ArrayList<>();
      for (List<Row> next = cursor.next(2, 1 << 20);
          !next.isEmpty();
          next = cursor.next(100, 1 << 20)) {
        rows.addAll(next);
      }
      steps.tidy(steps.publish(steps.stage(rows)));
    }
  }

  private void assertSame(String from, String to) {
    String types =
        """
        SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = ?::regclass AND attnum > 0 ORDER BY attnum
        """;
    List<List<String>> columns = source.rows(types, "results." + from);
    assertThat(other.rows(types, "results." + to), is(columns));
    for (List<String> column : columns) {
      String values = "SELECT format('%%s', %1$s), %1$s IS NULL FROM results.%2$s ORDER BY ctid";
      String name = '"' + column.get(0) + '"';
      assertThat(
          column.toString(),
          other.rows(values.formatted(name, to)),
          is(source.rows(values.formatted(name, from))));
    }
  }
}
