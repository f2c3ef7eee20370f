package io.resultsink.postgres.internal.column;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;

/**
 * A binary fraction as the shortest decimal that reads back as the same, as PostgreSQL shows it.
 *
 * <p>Before JDK 19 Java has more digits than needed for some, such as 9.9999998E17 for the float
 * that 1E18 is.
 */
final class ShortestDecimal {

  /**
   * DBL_DIG: no two decimals of so many digits are one double, so the one there is the shortest.
   * Subnormal ones have fewer digits.
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
      // Below a power of two its neighbour is nearer than above.
      if (isSame.test(other)) {
        return other.stripTrailingZeros();
      }
    }
    return java;
  }
}
