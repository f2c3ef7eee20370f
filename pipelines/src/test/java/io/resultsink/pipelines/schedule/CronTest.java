package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** As many ticks as there are in {@code expected}, after a time on the clock of {@code zone}. */
  private static void assertTicks(String cron, ZoneId zone, String after, String... expected) {
    List<String> ticks = new ArrayList<>();
    Instant last = LocalDateTime.parse(after).atZone(zone).toInstant();
    for (int i = 0; i < expected.length; i++) {
      last = Cron.parse(cron, zone).next(last).orElseThrow();
      ticks.add(last.toString().replaceFirst(":00Z$", "Z"));
    }
    assertThat(cron, ticks, equalTo(List.of(expected)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '* * * * *'         | 2026-11-22T10:00Z | 2026-11-22T10:01Z
          '*/15 * * * *'      | 2026-11-22T10:01Z | 2026-11-22T10:15Z
          '5,35 8-10 * * *'   | 2026-11-22T10:06Z | 2026-11-22T10:35Z
          '5,35 8-10 * * *'   | 2026-11-22T10:36Z | 2026-11-23T08:05Z
          '0 9 * * mon-fri'   | 2026-11-20T10:00Z | 2026-11-23T09:00Z
          '0 9 * * 1-5'       | 2026-11-20T10:00Z | 2026-11-23T09:00Z
          '0 0 * * SUN'       | 2026-11-22T00:00Z | 2026-11-29T00:00Z
          '0 0 * * 0'         | 2026-11-22T00:00Z | 2026-11-29T00:00Z
          '0 0 * * 7'         | 2026-11-22T00:00Z | 2026-11-29T00:00Z
          '0 0 1 jan,jul *'   | 2026-02-01T00:00Z | 2026-07-01T00:00Z
          '30 6  *  *   *'    | 2026-11-22T00:00Z | 2026-11-22T06:30Z
          '0 0 31 * *'        | 2026-11-01T00:00Z | 2026-12-31T00:00Z
          '0 0 29 2 *'        | 2026-11-01T00:00Z | 2028-02-29T00:00Z
          '10-50/20 * * * *'  | 2026-11-22T10:10Z | 2026-11-22T10:30Z
          '@hourly'           | 2026-11-22T10:00Z | 2026-11-22T11:00Z
          '@daily'            | 2026-11-22T10:00Z | 2026-11-23T00:00Z
          '@monthly'          | 2026-11-22T10:00Z | 2026-12-01T00:00Z
          """)
  void fieldsAndNames(String cron, String after, String expected) {
    assertThat(
        Cron.parse(cron, UTC).next(Instant.parse(after.replace("Z", ":00Z"))),
        is(Optional.of(Instant.parse(expected.replace("Z", ":00Z")))));
  }

  @Test
  void dayOfMonthAndWeekdayTogetherAreWhateverIsMoreOften() {
    assertTicks(
        "0 0 1,15 * mon",
        UTC,
        "2026-11-08T12:00",
        "2026-11-09T00:00Z",
        "2026-11-15T00:00Z",
        "2026-11-16T00:00Z",
        "2026-11-23T00:00Z",
        "2026-11-30T00:00Z",
        "2026-12-01T00:00Z");
  }

  @Test
  void theEmptyOneNeverTicks() {
    assertThat(Cron.parse(" ", UTC).next(Instant.EPOCH), is(Optional.empty()));
  }

  @Test
  void itGoesByTheClockOfItsZone() {
    assertTicks("0 9 * * *", BERLIN, "2026-07-01T00:00", "2026-07-01T07:00Z");
    assertTicks("0 9 * * *", BERLIN, "2026-12-01T00:00", "2026-12-01T08:00Z");
  }

  @Test
  void aFixedTimeThatIsSkippedComesWhenTheClockIsPutForward() {
    // In Berlin 2:00 is followed by 3:00 on March 29, at 1:00 UTC.
    assertTicks(
        "30 2 * * *",
        BERLIN,
        "2026-03-28T00:00",
        "2026-03-28T01:30Z",
        "2026-03-29T01:00Z",
        "2026-03-30T00:30Z");
    assertTicks(
        "*/20 1-3 * * *",
        BERLIN,
        "2026-03-29T01:30",
        "2026-03-29T00:40Z",
        "2026-03-29T01:00Z",
        "2026-03-29T01:20Z",
        "2026-03-29T01:40Z",
        "2026-03-29T23:00Z");
  }

  @Test
  void aFixedTimeThatComesTwiceTicksOnce() {
    // In Berlin 3:00 is followed by 2:00 on October 25, at 1:00 UTC.
    assertTicks("30 2 * * *", BERLIN, "2026-10-24T12:00", "2026-10-25T00:30Z", "2026-10-26T01:30Z");
    assertTicks(
        "0 1-3 * * *",
        BERLIN,
        "2026-10-25T00:30",
        "2026-10-24T23:00Z",
        "2026-10-25T00:00Z",
        "2026-10-25T02:00Z");
  }

  @Test
  void everyHourIsEveryHourThatPasses() {
    assertTicks(
        "15 * * * *",
        BERLIN,
        "2026-10-25T01:30",
        "2026-10-25T00:15Z",
        "2026-10-25T01:15Z",
        "2026-10-25T02:15Z");
    assertTicks(
        "30 * * * *",
        BERLIN,
        "2026-03-29T01:00",
        "2026-03-29T00:30Z",
        "2026-03-29T01:30Z",
        "2026-03-29T02:30Z");
    assertTicks(
        "*/30 * * * *",
        ZoneId.of("Australia/Lord_Howe"),
        "2026-04-05T01:00",
        "2026-04-04T14:30Z",
        "2026-04-04T15:00Z",
        "2026-04-04T15:30Z");
  }

  @Test
  void midnightThatDoesNotExistIsTheBeginningOfTheDay() {
    // Beirut skips from 0:00 to 1:00 on March 29.
    assertTicks(
        "@daily",
        ZoneId.of("Asia/Beirut"),
        "2026-03-28T12:00",
        "2026-03-28T22:00Z",
        "2026-03-29T21:00Z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          61 * * * *      | 61
          0 24 * * *      | 24
          * * * *         | it has 4 fields, not 5
          0 * * * * *     | it has 6 fields, not 5
          * * * foo *     | FOO
          every minute    | it has 2 fields, not 5
          @fortnightly    | of names there are @daily, @hourly, @monthly
          0 0 31 2 *      | no date ever matches it
          0/0 * * * *     | 0
          0 0 L * *       | L
          1, * * * *      | railing commas
          """)
  void aBadOneIsExplained(String cron, String why) {
    ScheduleException wrong = assertThrows(ScheduleException.class, () -> Cron.parse(cron, UTC));
    assertThat(
        wrong.getMessage(),
        allOf(
            startsWith("cron '" + cron + "' is not valid: "),
            containsString(why),
            containsString("every 15 minutes")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PST", "PDT", "Berlin", "utc", "+01:00", ""})
  void aZoneHasAnIanaName(String zone) {
    assertThat(
        assertThrows(ScheduleException.class, () -> Cron.zone(zone)).getMessage(),
        startsWith("time zone '" + zone + "' is not known; use an IANA name"));
  }
}
