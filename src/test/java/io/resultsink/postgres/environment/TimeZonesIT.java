package io.resultsink.postgres.environment;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.resultsink.postgres.destination.WriteMode;
import io.resultsink.postgres.report.ResultSummary;
import io.resultsink.postgres.testing.Runners;
import io.resultsink.postgres.testing.SampleRows;
import io.resultsink.postgres.testing.TestDatabase;
import io.resultsink.postgres.testing.TestTable;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.TimeZone;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.joda.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The time zones of the JVM, the database and UTC are three, and shift no value. */
@Tag("attack")
class TimeZonesIT {

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addDateTimeField("instant")
          .addDateTimeField("wall")
          .addLogicalTypeField("local", SqlTypes.DATETIME)
          .addLogicalTypeField("day", SqlTypes.DATE)
          .addLogicalTypeField("clock", SqlTypes.TIME)
          .build();

  /** An hour that Los Angeles does not have, and midnight in UTC. */
  private static final List<Object> VALUES =
      List.of(
          1L,
          Instant.parse("2024-03-10T10:30:00.001Z"),
          Instant.parse("2024-03-10T02:30:00.001Z"),
          LocalDateTime.parse("2024-03-10T02:30:00.000001"),
          LocalDate.parse("2024-03-10"),
          LocalTime.parse("00:00:00"));

  @RegisterExtension final TestDatabase database = new TestDatabase();

  @ParameterizedTest
  @EnumSource(WriteMode.class)
  void threeTimeZonesShiftNoValue(WriteMode mode) {
    assertThat(
        database.value("SELECT current_setting('TimeZone')"),
        equalTo(TimeZone.getDefault().getID()));
    assertThat(
        database.value(
            "SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting"
                + " WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = ?)"
                + " AND setrole = 0",
            database.name()),
        equalTo("TimeZone=America/Los_Angeles"));
    assertThat(TimeZone.getDefault().getRawOffset(), not(equalTo(0)));
    TestTable table =
        TestTable.create(
            database,
            "Times",
            "id bigint PRIMARY KEY, instant timestamptz, wall timestamp, local timestamp, day date,"
                + " clock time");
    ResultSummary summary = Runners.DIRECT.publish(SampleRows.of(SCHEMA, VALUES), table.sink(mode));
    assertThat(
        database.rows(
            "SELECT instant = '2024-03-10 10:30:00.001+00', "
                + (mode == WriteMode.REPLACE ? "(wall AT TIME ZONE 'UTC')::text" : "wall::text")
                + ", local::text, day::text, clock::text FROM "
                + table.quoted()),
        contains(
            List.of(
                "t",
                "2024-03-10 02:30:00.001",
                "2024-03-10 02:30:00.000001",
                "2024-03-10",
                "00:00:00")));
    assertThat(
        database.value(
            "SELECT abs(extract(epoch FROM published_at) * 1000 - ?) < 60000"
                + " AND published_at > now() - interval '10 min' FROM results.result_sink_ledger",
            summary.publishedAt().getMillis()),
        equalTo("t"));
  }
}
