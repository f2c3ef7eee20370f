package io.resultsink.postgres.internal.column;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/** Values of each kind, every fourth from the edges of what a type holds. */
final class RandomValues {

  private static final LocalDate FIRST_DAY = LocalDate.of(-4713, 11, 24);
  private static final LocalDate LAST_DATE = LocalDate.of(5874897, 12, 31);
  private static final LocalDateTime LAST_TIMESTAMP =
      LocalDateTime.of(294276, 12, 31, 23, 59, 59, 999_999_000);
  private static final long MICROS_OF_DAY = 86_400_000_000L;
  private static final long LONGEST_HOURS = Integer.MAX_VALUE;
  private static final int LARGEST_SCALE = 16_383;

  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.0,
          0.1,
          1 / 3.0,
          0x1p53,
          0x1p53 + 2,
          0x1p63,
          -0x1p63,
          1e15,
          1e16,
          1e-5,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MIN_VALUE,
          Double.MIN_NORMAL,
          Double.MAX_VALUE,
          -Double.MAX_VALUE);

  private static final List<Float> FLOATS =
      List.of(
          0f,
          -0f,
          0.1f,
          0x1p24f,
          Float.NaN,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.MIN_VALUE,
          Float.MIN_NORMAL,
          Float.MAX_VALUE);

  private static final List<BigDecimal> DECIMALS =
      List.of(
          new BigDecimal("0.000"),
          new BigDecimal("0E+9"),
          new BigDecimal("9999"),
          new BigDecimal("10000"),
          new BigDecimal("-0.0001"),
          new BigDecimal("0.00009999"),
          new BigDecimal("999999999999999999"),
          new BigDecimal("1000000000000000000"),
          new BigDecimal("9223372036854775807"),
          new BigDecimal("-9223372036854775808"),
          new BigDecimal("9223372036854775808"),
          new BigDecimal("1E+131071"),
          new BigDecimal("-1E-" + LARGEST_SCALE));

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "ab   ",
          "NULL",
          "null",
          "\\N",
          "\\.",
          "{}",
          "{a,\"b\"}",
          "\"",
          "'",
          "\t\r\n\f\b",
          "\u0001\u007f\u0080\u009f",
          "\ud7ff\ue000\ufeff\uffff",
          "\ud800\udc00\udbff\udfff",
          "a\u0301\u202eb",
          "x".repeat(9_000));

  private RandomValues() {}

  private static boolean edge(Random random) {
    return random.nextInt(4) == 0;
  }

  private static <T> T one(List<T> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }

  /** As long as {@code bits} allow; the edges are the powers of two, and one beside. */
  static long integer(Random random, int bits) {
    int unused = Long.SIZE - bits;
    if (edge(random)) {
      long power = 1L << random.nextInt(bits);
      return (power + random.nextInt(3) - 1) << unused >> unused;
    }
    return random.nextLong() >> unused + random.nextInt(bits);
  }

  static double number(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> one(DOUBLES, random);
      case 1 -> integer(random, 64) / Math.pow(10, random.nextInt(9));
      default -> canonical(Double.longBitsToDouble(random.nextLong()));
    };
  }

  /** There is one NaN, though the driver sends its payload. */
  private static double canonical(double number) {
    return Double.isNaN(number) ? Double.NaN : number;
  }

  static float single(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> one(FLOATS, random);
      case 1 -> integer(random, 32) / (float) Math.pow(10, random.nextInt(9));
      default -> (float) canonical(Float.intBitsToFloat(random.nextInt()));
    };
  }

  static BigDecimal decimal(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> one(DECIMALS, random);
      case 1 -> new BigDecimal(new BigInteger(random.nextInt(9_000), random), scale(random, 2_000));
      case 2, 3, 4 -> BigDecimal.valueOf(integer(random, 64), random.nextInt(19));
      default ->
          new BigDecimal(
              new BigInteger(random.nextInt(300), random).subtract(BigInteger.ONE),
              scale(random, 60));
    };
  }

  private static int scale(Random random, int most) {
    return random.nextInt(most) - most / 3;
  }

  static byte[] bytes(Random random) {
    byte[] bytes = new byte[edge(random) ? random.nextInt(5_000) : random.nextInt(50)];
    random.nextBytes(bytes);
    return bytes;
  }

  static String text(Random random) {
    return edge(random) ? one(TEXTS, random) : text(random, random.nextInt(20));
  }

  /** So many characters of all of Unicode that PostgreSQL stores, half of them of ASCII. */
  static String text(Random random, int length) {
    return random
        .ints(1, Character.MAX_CODE_POINT + 1)
        .map(codePoint -> random.nextBoolean() ? codePoint % 127 + 1 : codePoint)
        .filter(codePoint -> codePoint < 0xd800 || codePoint > 0xdfff)
        .limit(length)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  static LocalDate date(Random random) {
    return day(random, LAST_DATE);
  }

  private static LocalDate day(Random random, LocalDate last) {
    if (edge(random)) {
      int days = random.nextInt(3);
      return switch (random.nextInt(6)) {
        case 0 -> FIRST_DAY.plusDays(days);
        case 1 -> last.minusDays(days);
        case 2 -> LocalDate.of(1, 1, 1).minusDays(days);
        case 3 -> LocalDate.of(1582, 10, 15).minusDays(days * 5L);
        case 4 -> LocalDate.of(1 + random.nextInt(2_499) * 4, 3, 1).minusDays(days);
        default -> LocalDate.of(2000, 1, 1).minusDays(days);
      };
    }
    LocalDate late = random.nextBoolean() ? last : LocalDate.of(2100, 1, 1);
    return LocalDate.ofEpochDay(
        FIRST_DAY.toEpochDay()
            + Math.floorMod(random.nextLong(), late.toEpochDay() - FIRST_DAY.toEpochDay() + 1));
  }

  static LocalTime time(Random random) {
    if (edge(random)) {
      return random.nextBoolean() ? LocalTime.MIDNIGHT : LocalTime.of(23, 59, 59, 999_999_000);
    }
    return LocalTime.ofNanoOfDay(Math.floorMod(random.nextLong(), MICROS_OF_DAY) * 1000);
  }

  static LocalDateTime timestamp(Random random) {
    return day(random, LAST_TIMESTAMP.toLocalDate()).atTime(time(random));
  }

  static Instant instant(Random random) {
    return timestamp(random).toInstant(ZoneOffset.UTC);
  }

  static Duration duration(Random random) {
    if (edge(random)) {
      Duration edge = Duration.ofHours(random.nextBoolean() ? LONGEST_HOURS : 1);
      Duration within = edge.minusNanos(random.nextInt(3) * 1000L);
      return random.nextBoolean() ? within : within.negated();
    }
    long seconds = random.nextLong() % (LONGEST_HOURS * 3600);
    return Duration.ofSeconds(seconds >> random.nextInt(40), random.nextInt(1_000_000) * 1000L);
  }
}
