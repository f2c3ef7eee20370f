package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.function.ToLongFunction;

/**
 * The encoders of dates and times: days and microseconds since 2000-01-01, in the proleptic
 * Gregorian calendar, as in java.time.
 *
 * <p>The server would round to a column's precision, so a value that it would round is refused. The
 * largest and smallest integers stand for infinities, and are out of the accepted ranges.
 */
public final class TimeEncoders {

  /** The digits of the fraction of seconds that a column without a precision keeps. */
  public static final int MICROSECONDS = 6;

  private static final long EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long FIRST_DAY = LocalDate.of(-4713, 11, 24).toEpochDay();
  private static final long LAST_DATE = LocalDate.of(5874897, 12, 31).toEpochDay();
  private static final long LAST_TIMESTAMP_DAY = LocalDate.of(294276, 12, 31).toEpochDay();
  private static final long SECONDS_OF_DAY = 86_400;
  private static final long MICROS_OF_SECOND = 1_000_000;

  /** PostgreSQL 14 stores longer intervals, and then fails to show them. */
  private static final Duration LONGEST_INTERVAL = Duration.ofHours(Integer.MAX_VALUE);

  /** A constant, because Duration negates with a BigDecimal. */
  private static final Duration MOST_NEGATIVE_INTERVAL = LONGEST_INTERVAL.negated();

  private static final int[] POWERS_OF_TEN = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000};

  /** A {@link LocalDate}. */
  public static final FieldEncoder DATE =
      (value, buffer) -> {
        long day = ((LocalDate) value).toEpochDay();
        if (day < FIRST_DAY || day > LAST_DATE) {
          throw new RefusedValueException(
              "it is out of range, 4714-11-24 BC to 5874897-12-31", SqlState.TIME_OUT_OF_RANGE);
        }
        buffer.putInt(4);
        buffer.putInt((int) (day - EPOCH_DAY));
      };

  private TimeEncoders() {}

  /** A {@link LocalTime}. */
  public static FieldEncoder time(int precision) {
    return (value, buffer) -> {
      long micros = checked(microsOfDay((LocalTime) value), precision);
      buffer.putInt(8);
      buffer.putLong(micros);
    };
  }

  /** Encodes an {@link OffsetTime}; the format has the offset in seconds west of Greenwich. */
  public static FieldEncoder timeWithZone(int precision) {
    return (value, buffer) -> {
      OffsetTime time = (OffsetTime) value;
      long micros = checked(microsOfDay(time.toLocalTime()), precision);
      int offset = time.getOffset().getTotalSeconds();
      if (Math.abs(offset) >= 16 * 3600) {
        throw new RefusedValueException("its offset is not less than 16 hours");
      }
      buffer.putInt(12);
      buffer.putLong(micros);
      buffer.putInt(-offset);
    };
  }

  /**
   * Returns an encoder of timestamps with or without time zone, which have the same format.
   *
   * @param reader returns the microseconds of {@link #micros(long, int)}, in UTC or of the wall
   *     clock
   */
  public static FieldEncoder timestamp(ToLongFunction<Object> reader, int precision) {
    return (value, buffer) -> {
      long micros = checked(reader.applyAsLong(value), precision);
      buffer.putInt(8);
      buffer.putLong(micros);
    };
  }

  /** Encodes a {@link Duration}: an interval of microseconds, without months and days. */
  public static FieldEncoder interval(int precision) {
    return (value, buffer) -> {
      Duration duration = (Duration) value;
      checkWholeMicros(duration.getNano());
      if (duration.compareTo(LONGEST_INTERVAL) > 0
          || duration.compareTo(MOST_NEGATIVE_INTERVAL) < 0) {
        throw new RefusedValueException(
            "it is longer than 2147483647 hours, which not every PostgreSQL can show");
      }
      long micros = duration.getSeconds() * MICROS_OF_SECOND + duration.getNano() / 1000;
      checked(micros, precision);
      buffer.putInt(16);
      buffer.putLong(micros);
      buffer.putInt(0);
      buffer.putInt(0);
    };
  }

  /** Returns the microseconds since 2000-01-01T00:00Z. */
  public static long micros(Instant instant) {
    return micros(instant.getEpochSecond(), instant.getNano());
  }

  /** Returns the microseconds since 2000-01-01T00:00 of the same wall clock. */
  public static long micros(LocalDateTime dateTime) {
    return micros(dateTime.toEpochSecond(ZoneOffset.UTC), dateTime.getNano());
  }

  /** Returns the microseconds since 2000-01-01; refuses values out of a timestamp's range. */
  public static long micros(long epochSecond, int nanos) {
    if (epochSecond < FIRST_DAY * SECONDS_OF_DAY
        || epochSecond >= (LAST_TIMESTAMP_DAY + 1) * SECONDS_OF_DAY) {
      throw new RefusedValueException(
          "it is out of range, 4714-11-24 BC to 294276-12-31", SqlState.TIME_OUT_OF_RANGE);
    }
    checkWholeMicros(nanos);
    // Counted from 2000, because from 1970 PostgreSQL's last years would not fit.
    return (epochSecond - EPOCH_DAY * SECONDS_OF_DAY) * MICROS_OF_SECOND + nanos / 1000;
  }

  private static long microsOfDay(LocalTime time) {
    checkWholeMicros(time.getNano());
    return time.toNanoOfDay() / 1000;
  }

  private static void checkWholeMicros(int nanos) {
    if (nanos % 1000 != 0) {
      throw new RefusedValueException("it has nanoseconds, and PostgreSQL keeps microseconds");
    }
  }

  private static long checked(long micros, int precision) {
    if (precision < MICROSECONDS && micros % POWERS_OF_TEN[MICROSECONDS - precision] != 0) {
      throw new RefusedValueException(
          "its seconds have more than " + precision + " digits after the point");
    }
    return micros;
  }
}
