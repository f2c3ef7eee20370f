package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.FieldEncoder;
import io.resultsink.postgres.internal.copy.NumericEncoder;
import io.resultsink.postgres.internal.copy.TextEncoders;
import io.resultsink.postgres.internal.copy.TimeEncoders;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The encoders of types with a modifier (pg_attribute.atttypmod): a length, digits, fields. */
final class Modifiers {

  /** The size that lengths and packed digits have added to them. */
  static final int HEADER = 4;

  private static final int INTERVAL_PRECISION = 0xffff;
  private static final int INTERVAL_SECOND = 1 << 12;

  private Modifiers() {}

  /** Returns whether a type with a header has a modifier at all. */
  static boolean isGiven(int modifier) {
    return modifier >= HEADER;
  }

  static FieldEncoder numeric(Function<Object, Object> reader, int modifier) {
    int packed = modifier - HEADER;
    NumericEncoder encoder =
        isGiven(modifier)
            ? new NumericEncoder(packed >> 16 & 0xffff, scale(packed))
            : new NumericEncoder();
    return encoder.after(reader);
  }

  /** The scale of numeric; since PostgreSQL 15 it is a signed number of 11 bits. */
  static int scale(int packed) {
    return ((packed & 0x7ff) ^ 1024) - 1024;
  }

  static FieldEncoder characters(Function<Object, String> reader, int modifier) {
    FieldEncoder encoder =
        isGiven(modifier) ? TextEncoders.atMost(modifier - HEADER) : TextEncoders.TEXT;
    return encoder.after(reader);
  }

  static FieldEncoder time(int modifier) {
    return TimeEncoders.time(digits(modifier));
  }

  static FieldEncoder timeWithZone(int modifier) {
    return TimeEncoders.timeWithZone(digits(modifier))
        .after(value -> TextConversions.timeWithOffset((String) value));
  }

  static FieldEncoder timestamp(ToLongFunction<Object> reader, int modifier) {
    return TimeEncoders.timestamp(reader, digits(modifier));
  }

  /** Null for {@code interval hour} and the like, which cut what is smaller. */
  static @Nullable FieldEncoder interval(int modifier) {
    if (modifier >= 0 && (modifier >> 16 & INTERVAL_SECOND) == 0) {
      return null;
    }
    int precision = modifier < 0 ? INTERVAL_PRECISION : modifier & INTERVAL_PRECISION;
    return TimeEncoders.interval(Math.min(precision, TimeEncoders.MICROSECONDS));
  }

  private static int digits(int modifier) {
    return modifier < 0 ? TimeEncoders.MICROSECONDS : modifier;
  }
}
