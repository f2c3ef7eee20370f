package io.resultsink.postgres.environment;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.resultsink.postgres.PostgresResultSink;
import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.testing.Ranking;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.math.BigDecimal;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that a role or a database brings into every session of ours. */
@Tag("attack")
class RoleSettingsIT {

  /** None of them may alter a value or break a promise. */
  private static final List<String> SETTINGS =
      List.of(
          "default_transaction_isolation = serializable",
          "default_transaction_read_only = on",
          "default_transaction_deferrable = on",
          "synchronous_commit = off",
          "row_security = off",
          "lock_timeout = '1ms'",
          "idle_in_transaction_session_timeout = '3s'",
          "client_encoding = 'LATIN1'",
          "standard_conforming_strings = off",
          "backslash_quote = on",
          "escape_string_warning = off",
          "bytea_output = escape",
          "datestyle = 'SQL, DMY'",
          "intervalstyle = sql_standard",
          "extra_float_digits = -15",
          "quote_all_identifiers = on",
          "array_nulls = off",
          "transform_null_equals = on",
          "xmloption = document",
          "jit = off",
          "plan_cache_mode = force_generic_plan",
          "enable_seqscan = off",
          "check_function_bodies = off",
          "default_statistics_target = 1",
          "vacuum_cost_delay = '1ms'",
          "timezone = 'Pacific/Chatham'");

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addStringField("text")
          .addFloatField("small")
          .addDoubleField("large")
          .addDecimalField("exact")
          .addByteArrayField("bytes")
          .addDateTimeField("instant")
          .addLogicalTypeField("span", new NanosDuration())
          .addArrayField("several", FieldType.STRING.withNullable(true))
          .build();

  private static final List<Object> VALUES =
      List.of(
          1L,
          "back\\slash 'quote' € \n E'\\'",
          0.1f,
          0.1d + 0.2d,
          new BigDecimal("1.10"),
          new byte[] {0, 92, 39, -1},
          new Instant(1_234_567_890_123L),
          java.time.Duration.ofSeconds(-93_784, 5_000),
          java.util.Arrays.asList("NULL", null, "a\\\"b"));

  @RegisterExtension final TestDatabase database = new TestDatabase();

  private void set(String... settings) {
    for (String setting : settings) {
      database.execute("ALTER ROLE sink IN DATABASE " + database.name() + " SET " + setting);
    }
  }

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void noneOfThemAltersAValueOrStopsARun(WriteMode mode) {
    Ranking ranking = Ranking.create(database, mode);
    set(SETTINGS.toArray(String[]::new));
    ranking.publish("min_rows=1000");
    assertWritesAll(mode);
  }

  @Tag("torture")
  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void norAnyAlone(WriteMode mode) {
    for (String setting : SETTINGS) {
      database.execute("ALTER ROLE sink IN DATABASE " + database.name() + " RESET ALL");
      set("search_path = results, public", setting);
      assertWritesAll(mode);
    }
  }

  /** A time limit that ends a statement, or a session that waits its turn. */
  @Tag("torture")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "statement_timeout = '2s'",
        "idle_in_transaction_session_timeout = '1s'",
        "idle_session_timeout = '1s'"
      })
  void aTimeLimitDoesNotCutAPublishShort(String limit) {
    Ranking ranking = Ranking.create(database, WriteMode.REPLACE);
    set(limit);
    database.execute(
        "CREATE FUNCTION results.slow() RETURNS event_trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(2.5); END'",
        "CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE TABLE')"
            + " EXECUTE FUNCTION results.slow()");
    ranking.publish();
  }

  private void assertWritesAll(WriteMode mode) {
    TestTable missing = TestTable.missing(database, "Missing");
    PostgresResultSink sink = missing.sink(mode);
    Runners.DIRECT.publish(SampleRows.of(SCHEMA, VALUES), sink);
    assertRight(missing, 1);
    Runners.DIRECT.publish(SampleRows.of(SCHEMA, VALUES), missing.sink(mode));
    assertRight(missing, mode == WriteMode.APPEND ? 2 : 1);
  }

  private void assertRight(TestTable table, long rows) {
    assertThat(table.count(), equalTo(rows));
    assertThat(
        database.rows(
            """
            SELECT DISTINCT text, small = 0.1::real, large = 0.1::float8 + 0.2::float8,
              exact::text, encode(bytes, 'hex'), instant = '2009-02-13 23:31:30.123+00',
              extract(epoch FROM span)::text, several::text, cardinality(several)
            FROM
            """
                + table.quoted()),
        contains(
            List.of(
                "back\\slash 'quote' € \n E'\\'",
                "t",
                "t",
                "1.10",
                "005c27ff",
                "t",
                "-93783.999995",
                "{\"NULL\",NULL,\"a\\\\\\\"b\"}",
                "3")));
  }
}
