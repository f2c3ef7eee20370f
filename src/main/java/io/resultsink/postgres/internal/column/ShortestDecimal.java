package io.resultsink.postgres.internal.column;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;

/**
 * The shortest decimal that reads back as the same binary fraction, as in PostgreSQL's output.
 *
 * <p>Java before JDK 19 writes too many digits for some, such as 9.9999998E17 for the float 1E18.
 */
final class ShortestDecimal {

  /**
   * DBL_DIG: no two decimals of so many digits are the same double, so such a decimal is the
   * shortest. Subnormal doubles have fewer digits.
   */
  private static final int DIGITS_OF_DOUBLE = 15;

  /** FLT_DIG. */
  private static final int DIGITS_OF_FLOAT = 6;

  private ShortestDecimal() {}

  static BigDecimal of(double number) {
    BigDecimal java = BigDecimal.valueOf(number);
    int sure = Math.abs(number) < Double.MIN_NORMAL ? 1 : DIGITS_OF_DOUBLE;
    return java.precision() <= sure
        ? java
        : shortest(new BigDecimal(number), java, sure, read -> read.doubleValue() == number);
  }

  static BigDecimal of(float number) {
    BigDecimal java = new BigDecimal(Float.toString(number));
    int sure = Math.abs(number) < Float.MIN_NORMAL ? 1 : DIGITS_OF_FLOAT;
    return java.precision() <= sure
        ? java
        : shortest(new BigDecimal(number), java, sure, read -> read.floatValue() == number);
  }

  private static BigDecimal shortest(
      BigDecimal exact, BigDecimal java, int fewestDigits, Predicate<BigDecimal> isSame) {
    int digits = java.stripTrailingZeros().precision();
    for (int precision = fewestDigits; precision < digits; precision++) {
      BigDecimal nearest = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
      BigDecimal other =
          exact.round(
              new MathContext(
                  precision,
                  nearest.compareTo(exact) > 0 ? RoundingMode.FLOOR : RoundingMode.CEILING));
      if (isSame.test(nearest)) {
        return nearest.stripTrailingZeros();
      }
      // The neighbour below a power of two is nearer than the one above.
      if (isSame.test(other)) {
        return other.stripTrailingZeros();
      }
    }
    return java;
  }
}
