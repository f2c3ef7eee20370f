package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import org.junit.jupiter.api.Test;

class TimeEncodersTest {

  private static final FieldEncoder TIMESTAMP =
      TimeEncoders.timestamp(value -> TimeEncoders.micros((LocalDateTime) value), 6);
  private static final FieldEncoder INSTANT =
      TimeEncoders.timestamp(value -> TimeEncoders.micros((Instant) value), 6);
  private static final FieldEncoder INSTANT_MILLIS =
      TimeEncoders.timestamp(value -> TimeEncoders.micros((Instant) value), 3);

  @Test
  void date() {
    assertThat(Encoded.field(TimeEncoders.DATE, LocalDate.of(2000, 1, 1)), is("0000000400000000"));
    assertThat(
        Encoded.field(TimeEncoders.DATE, LocalDate.of(1999, 12, 31)), is("00000004ffffffff"));
    // DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE and DATE_END_JULIAN - 1 - POSTGRES_EPOCH_JDATE
    assertThat(
        Encoded.field(TimeEncoders.DATE, LocalDate.of(-4713, 11, 24)),
        is("00000004%08x".formatted(-2451545)));
    assertThat(
        Encoded.field(TimeEncoders.DATE, LocalDate.of(5874897, 12, 31)),
        is("00000004%08x".formatted(2147483494 - 1 - 2451545)));
    assertThat(
        Encoded.refusal(TimeEncoders.DATE, LocalDate.of(-4713, 11, 23)),
        containsString("out of range"));
    assertThat(
        Encoded.refusal(TimeEncoders.DATE, LocalDate.of(5874898, 1, 1)),
        containsString("out of range"));
    assertThat(Encoded.refusal(TimeEncoders.DATE, LocalDate.MAX), containsString("out of range"));
  }

  @Test
  void time() {
    assertThat(
        Encoded.field(TimeEncoders.time(6), LocalTime.of(0, 0, 1)), is("0000000800000000000f4240"));
    assertThat(
        Encoded.refusal(TimeEncoders.time(6), LocalTime.of(0, 0, 0, 1)),
        containsString("nanoseconds"));
    assertThat(
        Encoded.refusal(TimeEncoders.time(0), LocalTime.of(0, 0, 0, 1000)),
        containsString("more than 0 digits"));
  }

  @Test
  void timeWithZoneHasSecondsWestOfGreenwich() {
    assertThat(
        Encoded.field(TimeEncoders.timeWithZone(6), OffsetTime.parse("00:00:01+01:00")),
        is("0000000c00000000000f4240fffff1f0"));
    assertThat(
        Encoded.refusal(TimeEncoders.timeWithZone(6), OffsetTime.parse("00:00:01+16:00")),
        containsString("16 hours"));
  }

  @Test
  void timestamp() {
    assertThat(
        Encoded.field(TIMESTAMP, LocalDateTime.of(2000, 1, 1, 0, 0)),
        is("000000080000000000000000"));
    assertThat(
        Encoded.field(INSTANT, Instant.parse("1999-12-31T23:59:59.999999Z")),
        is("00000008ffffffffffffffff"));
    // MIN_TIMESTAMP and END_TIMESTAMP - 1
    assertThat(
        Encoded.field(TIMESTAMP, LocalDateTime.of(-4713, 11, 24, 0, 0)),
        is("00000008%016x".formatted(-211813488000000000L)));
    assertThat(
        Encoded.field(INSTANT, Instant.parse("+294276-12-31T23:59:59.999999Z")),
        is("00000008%016x".formatted(9223371331200000000L - 1)));
    assertThat(
        Encoded.refusal(INSTANT, Instant.parse("+294277-01-01T00:00:00Z")),
        containsString("out of range"));
    assertThat(Encoded.refusal(INSTANT, Instant.MIN), containsString("out of range"));
    assertThat(Encoded.refusal(TIMESTAMP, LocalDateTime.MAX), containsString("out of range"));
    assertThat(
        Encoded.refusal(INSTANT, Instant.parse("2000-01-01T00:00:00.000000001Z")),
        containsString("nanoseconds"));
  }

  @Test
  void precisionIsCheckedBeforeAndAfter2000() {
    assertThat(
        Encoded.field(INSTANT_MILLIS, Instant.parse("1999-12-31T23:59:59.999Z")),
        is("00000008%016x".formatted(-1000L)));
    assertThat(
        Encoded.refusal(INSTANT_MILLIS, Instant.parse("1999-12-31T23:59:59.9999Z")),
        containsString("more than 3 digits"));
    assertThat(
        Encoded.refusal(INSTANT_MILLIS, Instant.parse("2001-12-31T23:59:59.9999Z")),
        containsString("more than 3 digits"));
  }

  @Test
  void interval() {
    FieldEncoder interval = TimeEncoders.interval(6);
    assertThat(
        Encoded.field(interval, Duration.ofMillis(-1500)),
        is("00000010%016x0000000000000000".formatted(-1_500_000L)));
    assertThat(
        Encoded.refusal(interval, Duration.ofHours(Integer.MAX_VALUE).plusNanos(1000)),
        containsString("longer than"));
    assertThat(
        Encoded.refusal(interval, Duration.ofSeconds(Long.MIN_VALUE)),
        containsString("longer than"));
    assertThat(Encoded.refusal(interval, Duration.ofNanos(-1)), containsString("nanoseconds"));
    assertThat(
        Encoded.refusal(TimeEncoders.interval(2), Duration.ofMillis(-1501)),
        containsString("more than 2 digits"));
  }
}
