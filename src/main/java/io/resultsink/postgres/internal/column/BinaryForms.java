package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * The reading of values in PostgreSQL's binary form, for columns of other types. A value that Java
 * does not have is refused. The forms are those of each type's send function, such as numeric_send.
 */
final class BinaryForms {

  private static final long EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long EPOCH_SECOND = EPOCH_DAY * 86_400;
  private static final long MICROS_OF_SECOND = 1_000_000;

  private static final int NUMERIC_NEGATIVE = 0x4000;
  private static final int NUMERIC_SPECIAL = 0xc000;
  private static final int DIGITS_OF_GROUP = 4;
  private static final BigInteger GROUP = BigInteger.valueOf(10_000);

  private BinaryForms() {}

  static BigDecimal numeric(ByteBuffer bytes) {
    int groups = bytes.getShort();
    int weight = bytes.getShort();
    int sign = bytes.getShort() & 0xffff;
    int scale = bytes.getShort();
    if ((sign & NUMERIC_SPECIAL) == NUMERIC_SPECIAL) {
      throw new RefusedValueException("it is NaN or an infinity");
    }
    BigInteger digits = BigInteger.ZERO;
    for (int i = 0; i < groups; i++) {
      digits = digits.multiply(GROUP).add(BigInteger.valueOf(bytes.getShort()));
    }
    int fraction = (groups - weight - 1) * DIGITS_OF_GROUP;
    // The digits after the scale are zeros, and so are missing digits before it.
    BigDecimal number = new BigDecimal(digits, fraction).setScale(scale);
    return sign == NUMERIC_NEGATIVE ? number.negate() : number;
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  static String jsonb(ByteBuffer bytes) {
    if (bytes.get() != 1) {
      throw new RefusedValueException("its jsonb has another version than 1");
    }
    return text(bytes);
  }

  static LocalDate date(ByteBuffer bytes) {
    int day = bytes.getInt();
    if (day == Integer.MAX_VALUE || day == Integer.MIN_VALUE) {
      throw infinity();
    }
    return LocalDate.ofEpochDay(EPOCH_DAY + day);
  }

  static LocalTime time(ByteBuffer bytes) {
    long micros = bytes.getLong();
    if (micros == 86_400 * MICROS_OF_SECOND) {
      throw new RefusedValueException("it is 24:00, which only a column of its own type has");
    }
    return LocalTime.ofNanoOfDay(micros * 1000);
  }

  static Instant instant(ByteBuffer bytes) {
    long micros = bytes.getLong();
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      throw infinity();
    }
    return Instant.ofEpochSecond(
        EPOCH_SECOND + Math.floorDiv(micros, MICROS_OF_SECOND),
        Math.floorMod(micros, MICROS_OF_SECOND) * 1000);
  }

  static LocalDateTime timestamp(ByteBuffer bytes) {
    return LocalDateTime.ofInstant(instant(bytes), ZoneOffset.UTC);
  }

  static Duration interval(ByteBuffer bytes) {
    long micros = bytes.getLong();
    int days = bytes.getInt();
    int months = bytes.getInt();
    if (days != 0 || months != 0) {
      throw new RefusedValueException(
          "it has days or months, which are no length of time that is known");
    }
    return Duration.ofSeconds(
        Math.floorDiv(micros, MICROS_OF_SECOND), Math.floorMod(micros, MICROS_OF_SECOND) * 1000);
  }

  static UUID uuid(ByteBuffer bytes) {
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  private static RefusedValueException infinity() {
    return new RefusedValueException("it is an infinity");
  }
}
