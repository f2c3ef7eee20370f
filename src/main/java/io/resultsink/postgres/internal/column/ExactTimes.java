package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.RefusedValueException;
import io.resultsink.postgres.internal.copy.TimeEncoders;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/** Conversions between dates, wall clocks and instants, which refuse a value that would change. */
final class ExactTimes {

  private static final long MILLIS_OF_SECOND = 1000;
  private static final int NANOS_OF_MILLI = 1_000_000;
  private static final long SECONDS_OF_DAY = 86_400;

  private ExactTimes() {}

  /**
   * Returns the conversion of a kind's values for a timestamp without time zone; null if there is
   * none. An instant becomes its UTC wall clock.
   */
  static @Nullable ToLongFunction<Object> wallClocks(ValueKind kind) {
    return switch (kind) {
      case LOCAL_TIMESTAMP -> value -> TimeEncoders.micros((LocalDateTime) value);
      case INSTANT -> ExactTimes::instantMicros;
      case DATE -> value -> dateMicros((LocalDate) value);
      default -> null;
    };
  }

  /**
   * Returns the conversion of a kind's values for a timestamp with time zone; null if there is
   * none.
   */
  static @Nullable ToLongFunction<Object> instants(ValueKind kind) {
    return kind == ValueKind.INSTANT ? ExactTimes::instantMicros : null;
  }

  /** Returns the conversion of a kind's values to a LocalDate; null if there is none. */
  static @Nullable Function<Object, ?> dates(ValueKind kind) {
    return switch (kind) {
      case DATE -> Function.identity();
      case LOCAL_TIMESTAMP -> value -> midnight((LocalDateTime) value);
      case INSTANT -> value -> midnight(utc(value));
      default -> null;
    };
  }

  /** Returns the instant of Beam's own DATETIME, or of java.time. */
  static Instant javaInstant(Object value) {
    return value instanceof ReadableInstant joda
        ? Instant.ofEpochMilli(joda.getMillis())
        : (Instant) value;
  }

  /** Returns the date of an instant that stands for one: midnight in UTC. */
  static LocalDate dateOf(Object value) {
    return midnight(utc(value));
  }

  /** Returns the time of an instant that stands for one: a time on 1970-01-01 in UTC. */
  static LocalTime timeOf(Object value) {
    LocalDateTime dateTime = utc(value);
    if (dateTime.toLocalDate().toEpochDay() != 0) {
      throw new RefusedValueException("it is not a time of day: its date is not 1970-01-01 in UTC");
    }
    return dateTime.toLocalTime();
  }

  private static LocalDateTime utc(Object value) {
    Instant instant = javaInstant(value);
    // Refuses values beyond the range of LocalDateTime.
    TimeEncoders.micros(instant);
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  private static long instantMicros(Object value) {
    if (value instanceof ReadableInstant joda) {
      long millis = joda.getMillis();
      return TimeEncoders.micros(
          Math.floorDiv(millis, MILLIS_OF_SECOND),
          (int) Math.floorMod(millis, MILLIS_OF_SECOND) * NANOS_OF_MILLI);
    }
    return TimeEncoders.micros((Instant) value);
  }

  private static long dateMicros(LocalDate date) {
    return TimeEncoders.micros(date.toEpochDay() * SECONDS_OF_DAY, 0);
  }

  private static LocalDate midnight(LocalDateTime dateTime) {
    if (!dateTime.toLocalTime().equals(LocalTime.MIDNIGHT)) {
      throw new RefusedValueException("it is not midnight, and its time of day would be lost");
    }
    return dateTime.toLocalDate();
  }
}
