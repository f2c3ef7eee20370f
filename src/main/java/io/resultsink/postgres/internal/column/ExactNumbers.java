package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.failure.SqlState;
import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.math.BigDecimal;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Conversions of numbers from one kind to another, which refuse a number that would change.
 *
 * <p>A binary fraction stands for the shortest decimal that reads back as the same number, as in
 * PostgreSQL's output. So 0.1 fits both a double precision and a numeric, and both return it as
 * 0.1.
 */
final class ExactNumbers {

  private static final double TWO_TO_THE_63 = 0x1p63;
  private static final int DIGITS_OF_LONG = 19;

  private ExactNumbers() {}

  /** Returns the conversion of a kind's values to longs; null if they are not numbers. */
  static @Nullable ToLongFunction<Object> longs(ValueKind kind) {
    return switch (kind) {
      case INTEGER -> value -> ((Number) value).longValue();
      case DECIMAL -> value -> toLong((BigDecimal) value);
      case FLOAT, DOUBLE -> value -> toLong(((Number) value).doubleValue());
      default -> null;
    };
  }

  /** Returns the conversion of a kind's values to doubles; null if they are not numbers. */
  static @Nullable ToDoubleFunction<Object> doubles(ValueKind kind) {
    return switch (kind) {
      case FLOAT, DOUBLE -> value -> ((Number) value).doubleValue();
      case INTEGER -> value -> same(((Number) value).longValue(), ((Number) value).doubleValue());
      case DECIMAL -> value -> toDouble((BigDecimal) value);
      default -> null;
    };
  }

  /** Returns the conversion of a kind's values to floats; null if they are not numbers. */
  static @Nullable ToDoubleFunction<Object> floats(ValueKind kind) {
    return switch (kind) {
      case FLOAT -> value -> (Float) value;
      case DOUBLE -> value -> toFloat((Double) value);
      case INTEGER -> value -> same(((Number) value).longValue(), ((Number) value).floatValue());
      case DECIMAL -> value -> toFloat((BigDecimal) value);
      default -> null;
    };
  }

  /**
   * Returns the conversion of a kind's values to values of a numeric; null if they are not numbers.
   */
  static @Nullable Function<Object, Object> decimals(ValueKind kind) {
    return switch (kind) {
      case DECIMAL -> value -> value;
      case INTEGER -> value -> BigDecimal.valueOf(((Number) value).longValue());
      case DOUBLE -> value -> toDecimal((Double) value);
      case FLOAT ->
          value -> {
            float number = (Float) value;
            return Float.isFinite(number) ? ShortestDecimal.of(number) : Double.valueOf(number);
          };
      default -> null;
    };
  }

  private static Object toDecimal(Double number) {
    return Double.isFinite(number) ? ShortestDecimal.of(number) : number;
  }

  private static long toLong(BigDecimal number) {
    if (number.signum() != 0 && (long) number.precision() - number.scale() > DIGITS_OF_LONG) {
      throw new RefusedValueException(
          "it is out of range, -2^63 to 2^63-1", SqlState.NUMBER_OUT_OF_RANGE);
    }
    BigDecimal whole = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    if (whole.scale() > 0) {
      throw notWhole();
    }
    try {
      return whole.longValueExact();
    } catch (ArithmeticException e) {
      throw new RefusedValueException(
          "it is out of range, -2^63 to 2^63-1", SqlState.NUMBER_OUT_OF_RANGE);
    }
  }

  private static long toLong(double number) {
    if (!Double.isFinite(number)) {
      throw new RefusedValueException("it is NaN or an infinity");
    }
    if (number != Math.rint(number)) {
      throw notWhole();
    }
    if (number < -TWO_TO_THE_63 || number >= TWO_TO_THE_63) {
      throw new RefusedValueException(
          "it is out of range, -2^63 to 2^63-1", SqlState.NUMBER_OUT_OF_RANGE);
    }
    return (long) number;
  }

  private static double same(long number, double converted) {
    if (converted >= TWO_TO_THE_63 || (long) converted != number) {
      throw rounded();
    }
    return converted;
  }

  private static double toDouble(BigDecimal number) {
    double converted = number.doubleValue();
    if (Double.isInfinite(converted) || ShortestDecimal.of(converted).compareTo(number) != 0) {
      throw rounded();
    }
    return converted;
  }

  private static float toFloat(BigDecimal number) {
    float converted = number.floatValue();
    if (Float.isInfinite(converted) || ShortestDecimal.of(converted).compareTo(number) != 0) {
      throw rounded();
    }
    return converted;
  }

  private static float toFloat(double number) {
    float converted = (float) number;
    if (!Double.isNaN(number) && converted != number) {
      throw rounded();
    }
    return converted;
  }

  private static RefusedValueException notWhole() {
    return new RefusedValueException("it is not a whole number, and would be rounded");
  }

  private static RefusedValueException rounded() {
    return new RefusedValueException(
        "it has more digits than the type keeps, and would be rounded");
  }
}
