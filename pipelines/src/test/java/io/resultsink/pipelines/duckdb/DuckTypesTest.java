package io.resultsink.pipelines.duckdb;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.resultsink.pipelines.query.QueryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.TimeZone;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DuckDB's types: each exact, with its extremes, or refused by name. */
class DuckTypesTest {

  @TempDir Path folder;

  private FolderQueries queries;
  private final TimeZone ofTheMachine = TimeZone.getDefault();

  /** There 02:30 of 2024-03-31 does not exist. */
  @BeforeEach
  void liveInBerlin() {
    queries = new FolderQueries(folder);
    queries.write("t.csv", "a\n1\n");
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
  }

  @AfterEach
  void goHome() {
    TimeZone.setDefault(ofTheMachine);
  }

  /** The server's log, files and schedules are in UTC: the machine's zone moves no hour. */
  @ParameterizedTest
  @ValueSource(strings = {"America/New_York", "Asia/Kolkata", "Pacific/Apia"})
  void theSessionIsInUtcWhateverTheMachineIsIn(String zone) {
    TimeZone.setDefault(TimeZone.getTimeZone(zone));

    assertThat(
        queries.row(
            """
            SELECT CAST(TIMESTAMPTZ '2026-03-08 07:30:00+00' AS VARCHAR),
              CAST(date_trunc('day', TIMESTAMPTZ '2026-03-08 03:30:00+00') AS VARCHAR),
              CAST(TIMESTAMPTZ '2026-03-08 23:30:00+00' AS DATE),
              CAST(TIMESTAMP '2026-03-08 02:30:00' AS TIMESTAMPTZ),
              TIMESTAMP '2026-03-08 02:30:00'
            FROM t\
            """),
        is(
            List.<Object>of(
                "2026-03-08 07:30:00+00",
                "2026-03-08 00:00:00+00",
                LocalDate.parse("2026-03-08"),
                Instant.parse("2026-03-08T02:30:00Z"),
                LocalDateTime.parse("2026-03-08T02:30:00"))));
  }

  private static String name(FieldType type) {
    return switch (type.getTypeName()) {
      case ARRAY -> name(type.getCollectionElementType()) + "[]";
      case LOGICAL_TYPE -> {
        Object logical = type.getLogicalType();
        yield logical instanceof FixedPrecisionNumeric
            ? "DECIMAL"
            : logical.toString().startsWith("org.") || logical.toString().startsWith("io.")
                ? logical.getClass().getSimpleName()
                : logical.toString();
      }
      default -> type.getTypeName().toString();
    };
  }

  private static String shown(Object value) {
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "true # BOOLEAN # true",
        "(-128)::TINYINT # INT16 # -128",
        "255::UTINYINT # INT16 # 255",
        "(-32768)::SMALLINT # INT16 # -32768",
        "65535::USMALLINT # INT32 # 65535",
        "4294967295::UINTEGER # INT64 # 4294967295",
        "(-9223372036854775808)::BIGINT # INT64 # -9223372036854775808",
        "18446744073709551615::UBIGINT # DECIMAL # 18446744073709551615",
        "(-170141183460469231731687303715884105727)::HUGEINT # DECIMAL #"
            + " -170141183460469231731687303715884105727",
        "340282366920938463463374607431768211455::UHUGEINT # DECIMAL #"
            + " 340282366920938463463374607431768211455",
        "1234567890123456789012345678901234567890123::BIGNUM # DECIMAL #"
            + " 1234567890123456789012345678901234567890123",
        "12345678901234567.89::DECIMAL(38, 2) # DECIMAL # 12345678901234567.89",
        "0.1::FLOAT # FLOAT # 0.1",
        "'-Infinity'::DOUBLE # DOUBLE # -Infinity",
        "'nan'::DOUBLE # DOUBLE # NaN",
        "5e-324 # DOUBLE # 4.9E-324",
        "'x'::ENUM('x', 'y''z') # STRING # x",
        "NULL # STRING # null",
        "'\\xAA\\x00b'::BLOB # BYTES # aa0062",
        "'00000000-0000-0000-0000-00000000000a'::UUID # UuidLogicalType #"
            + " 00000000-0000-0000-0000-00000000000a",
        "DATE '0044-03-15 (BC)' # Date # -0043-03-15",
        "DATE '5874897-12-31' # Date # +5874897-12-31",
        "TIMESTAMP '0044-03-15 (BC) 02:30:00' # DateTime # -0043-03-15T02:30",
        "TIMESTAMP '290000-03-15 02:30:00.000001' # DateTime # +290000-03-15T02:30:00.000001",
        "TIMESTAMPTZ '0044-03-15 (BC) 02:30:00+00' # MicrosInstant # -0043-03-15T02:30:00Z",
        "TIMESTAMPTZ '1500-01-01 00:00:00+00' # MicrosInstant # 1500-01-01T00:00:00Z",
        "TIME '23:59:59.999999' # Time # 23:59:59.999999",
        "TIME_NS '23:59:59.999999999' # Time # 23:59:59.999999999",
        "TIMESTAMP '2024-03-31 02:30:00' # DateTime # 2024-03-31T02:30",
        "TIMESTAMP_S '2024-03-31 02:30:01' # DateTime # 2024-03-31T02:30:01",
        "TIMESTAMP_MS '2024-03-31 02:30:00.001' # DateTime # 2024-03-31T02:30:00.001",
        "TIMESTAMP_NS '2024-03-31 02:30:00.000000001' # DateTime # 2024-03-31T02:30:00.000000001",
        "TIMESTAMPTZ '2024-03-31 02:30:00+00' # MicrosInstant # 2024-03-31T02:30:00Z",
        "INTERVAL '1 year 2 months 3 days 04:05:06.000007' # interval # 1 year 2 months 3 days"
            + " 04:05:06.000007",
        "INTERVAL '-1 year 2 days 3 hours' # interval # -1 year +2 days +03:00:00",
        "to_months(-2147483647) # interval # -178956970 years -7 months",
        "TIMETZ '23:59:59.999999-15:59' # time with time zone # 23:59:59.999999-15:59",
        "TIMETZ '24:00:00+00' # time with time zone # 24:00:00+00",
        "'10101'::BIT # bit varying # 10101",
        "'{\"a\": 1.50}'::JSON # JsonText # {\"a\": 1.50}",
        "[1, NULL]::BIGINT[] # INT64[] # [1, null]",
        "[[1], [2]]::BIGINT[][] # INT64[][] # [[1], [2]]",
        "[1.5, 2.5]::DOUBLE[2] # DOUBLE[] # [1.5, 2.5]",
        "[340282366920938463463374607431768211455::UHUGEINT] # DECIMAL[] #"
            + " [340282366920938463463374607431768211455]",
        "[TIMESTAMP '2024-03-31 02:30:00', NULL] # DateTime[] # [2024-03-31T02:30, null]",
        "[[TIMESTAMP '0044-03-15 (BC) 02:30:00']] # DateTime[][] # [[-0043-03-15T02:30]]",
        "[TIMESTAMP_NS '2024-03-31 02:30:00.000000001'] # DateTime[] #"
            + " [2024-03-31T02:30:00.000000001]",
        "[TIMESTAMPTZ '2024-03-31 02:30:00+00'] # MicrosInstant[] # [2024-03-31T02:30:00Z]",
        "[TIME '10:00'] # Time[] # [10:00]",
        "[DATE '2024-03-31'] # Date[] # [2024-03-31]",
        "[INTERVAL '-1 month 2 days', NULL] # interval[] # {\"-1 month +2 days\",NULL}",
        "[[BIT '101']] # bit varying[] # {{\"101\"}}",
        "[NULL] # STRING[] # [null]",
        "{'a b': 1, 't': TIMESTAMP '2024-03-31 02:30:00', 'i': 'infinity'::DATE} # JsonText # {\"a"
            + " b\":1,\"t\":\"2024-03-31 02:30:00\",\"i\":\"infinity\"}",
        "{'h': 340282366920938463463374607431768211455::UHUGEINT, 'd': 0.10::DECIMAL(38,20), 'f':"
            + " 0.1::FLOAT} # JsonText #"
            + " {\"h\":340282366920938463463374607431768211455,\"d\":0.10000000000000000000,\"f\":0.1}",
        "{'j': '{\"n\":12345678901234567.890}'::JSON, 'e': 'x'::ENUM('x', 'y),(''z')} # JsonText #"
            + " {\"j\":{\"n\":12345678901234567.890},\"e\":\"x\"}",
        "{'z': TIMESTAMPTZ '2024-03-31 02:30:00+00', 'v': INTERVAL 1 DAY, 'q\"': [TIME '24:00']} #"
            + " JsonText # {\"z\":\"2024-03-31 02:30:00+00\",\"v\":\"1"
            + " day\",\"q\\\"\":[\"24:00:00\"]}",
        "MAP {TIMESTAMP '2024-03-31 02:30:00': [1.50]} # JsonText # {\"2024-03-31"
            + " 02:30:00\":[1.50]}",
        "[{'a': 1}, NULL] # JsonText # [{\"a\":1},null]",
        "['{\"a\":1}'::JSON] # JsonText # [{\"a\":1}]",
      })
  void aValueIsExact(String sql, String type, String value) {
    DuckQuery query = queries.prepare("SELECT %s AS x".formatted(sql));

    assertThat(name(query.schema().getField(0).getType()), is(type));
    assertThat(shown(FolderQueries.rows(query).get(0).getValue(0)), is(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "union_value(num := 2) # UNION",
        "{'u': union_value(num := 2)} # the UNION(num INTEGER) in it",
        "[union_value(num := 2)] # UNION",
        "1::VARIANT # VARIANT",
        "ROW(1, DATE '2024-03-31') # TUPLE",
        "{'a': ROW(1)} # the TUPLE(INTEGER) in it",
        "'POINT(1 1)'::GEOMETRY # GEOMETRY",
        "{'a': [1::BIGNUM]} # the BIGNUM in it",
      })
  void whatNoColumnTakesIsRefusedByName(String sql, String type) {
    assertThat(
        assertThrows(
                QueryException.class,
                () -> queries.prepare("SELECT %s AS \"a column\"".formatted(sql)))
            .getMessage(),
        allOf(
            containsString("column a column is of type "),
            containsString(type),
            containsString("write CAST(\"a column\" AS VARCHAR)")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "'infinity'::DATE # it is infinity",
        "'-infinity'::TIMESTAMP # it is infinity",
        "'infinity'::TIMESTAMPTZ # it is infinity",
        "['infinity'::TIMESTAMP] # it is infinity",
        "['-infinity'::DATE] # it is infinity",
        "['infinity'::TIMESTAMP_NS] # it is infinity",
        "TIME '24:00' # it is 24:00:00",
        "[TIME '24:00'] # it is 24:00:00",
        "{'n': 'nan'::DOUBLE} # it has NaN or infinity",
      })
  void aValueThatTheTypeOfTheResultLacksIsAnError(String sql, String reason) {
    DuckQuery query = queries.prepare("SELECT %s AS x".formatted(sql));

    assertThat(
        assertThrows(RuntimeException.class, () -> FolderQueries.rows(query)).getMessage(),
        containsString("a value of column x cannot be published: " + reason));
  }

  @Test
  void aCastLeavesTheQueryItsMeaning() {
    queries.write("result.csv", "k,n\nb,1\na,2\nc,3\n");
    String interval = "to_days(n::INTEGER) AS d";

    for (String sql :
        List.of(
            "SELECT k, " + interval + " FROM result ORDER BY k DESC",
            "SELECT k, " + interval + " FROM result ORDER BY k DESC; -- the end",
            "WITH t AS (FROM result) SELECT k, " + interval + " FROM t ORDER BY k DESC LIMIT 3;",
            "FROM result SELECT k, " + interval + " ORDER BY k DESC",
            "SELECT k, "
                + interval
                + " FROM result UNION ALL BY NAME SELECT k, "
                + interval
                + " FROM result WHERE false ORDER BY k DESC")) {
      assertThat(
          sql,
          FolderQueries.rows(queries.prepare(sql)).stream().map(row -> row.getValues()).toList(),
          is(List.of(List.of("c", "3 days"), List.of("b", "1 day"), List.of("a", "2 days"))));
    }
    assertThat(
        queries.row(
            "PIVOT (SELECT k, " + interval + " FROM result) ON k IN ('a', 'b') USING any_value(d)"),
        is(List.of("2 days", "1 day")));
  }
}
