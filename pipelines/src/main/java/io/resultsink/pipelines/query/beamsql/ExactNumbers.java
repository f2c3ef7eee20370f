package io.resultsink.pipelines.query.beamsql;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic that is exact, or fails.
 *
 * <p>The class is public, because Beam SQL's generated code calls it. NULL makes NULL.
 */
public final class ExactNumbers {

  private ExactNumbers() {}

  private static ValueException outOfRange(String operator) {
    return new ValueException(
        "a result of %s is out of BIGINT's range; CAST its operands AS DECIMAL(38, 0)"
            .formatted(operator));
  }

  public static @Nullable Long add(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return null;
    }
    long sum = one + other;
    if (((one ^ sum) & (other ^ sum)) < 0) {
      throw outOfRange("+");
    }
    return sum;
  }

  public static @Nullable Long subtract(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return null;
    }
    long difference = one - other;
    if (((one ^ other) & (one ^ difference)) < 0) {
      throw outOfRange("-");
    }
    return difference;
  }

  public static @Nullable Long multiply(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return null;
    }
    if (Math.multiplyHigh(one, other) != (one * other) >> 63) {
      throw outOfRange("*");
    }
    return one * other;
  }

  /** Returns the whole part of the quotient, as PostgreSQL and DuckDB's {@code //} do. */
  public static @Nullable Long divide(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return null;
    }
    if (one == Long.MIN_VALUE && other == -1) {
      throw outOfRange("/");
    }
    return one / notZero(other);
  }

  public static @Nullable Long remainder(@Nullable Long one, @Nullable Long other) {
    return one == null || other == null ? null : Long.valueOf(one % notZero(other));
  }

  private static long notZero(long divisor) {
    if (divisor == 0) {
      throw byZero();
    }
    return divisor;
  }

  private static ValueException byZero() {
    return new ValueException("a division by zero; divide by NULLIF(x, 0), which makes NULL");
  }

  public static @Nullable Long negate(@Nullable Long value) {
    return value == null ? null : subtract(0L, value);
  }

  public static @Nullable Long abs(@Nullable Long value) {
    return value == null || value >= 0 ? value : negate(value);
  }

  public static @Nullable BigDecimal add(@Nullable BigDecimal one, @Nullable BigDecimal other) {
    return one == null || other == null ? null : one.add(other);
  }

  public static @Nullable BigDecimal subtract(
      @Nullable BigDecimal one, @Nullable BigDecimal other) {
    return one == null || other == null ? null : one.subtract(other);
  }

  public static @Nullable BigDecimal multiply(
      @Nullable BigDecimal one, @Nullable BigDecimal other) {
    return one == null || other == null ? null : one.multiply(other);
  }

  public static @Nullable BigDecimal negate(@Nullable BigDecimal value) {
    return value == null ? null : value.negate();
  }

  public static @Nullable BigDecimal abs(@Nullable BigDecimal value) {
    return value == null ? null : value.abs();
  }

  public static @Nullable BigDecimal floor(@Nullable BigDecimal value) {
    return value == null ? null : value.setScale(0, RoundingMode.FLOOR);
  }

  public static @Nullable BigDecimal ceiling(@Nullable BigDecimal value) {
    return value == null ? null : value.setScale(0, RoundingMode.CEILING);
  }

  /** Rounds half away from zero, as PostgreSQL and DuckDB do. */
  public static @Nullable BigDecimal round(@Nullable BigDecimal value, @Nullable Long digits) {
    if (value == null || digits == null) {
      return null;
    }
    return value.setScale(Math.toIntExact(digits), RoundingMode.HALF_UP);
  }

  public static @Nullable Double add(@Nullable Double one, @Nullable Double other) {
    return one == null || other == null ? null : Double.valueOf(one + other);
  }

  public static @Nullable Double subtract(@Nullable Double one, @Nullable Double other) {
    return one == null || other == null ? null : Double.valueOf(one - other);
  }

  public static @Nullable Double multiply(@Nullable Double one, @Nullable Double other) {
    return one == null || other == null ? null : Double.valueOf(one * other);
  }

  public static @Nullable Double divide(@Nullable Double one, @Nullable Double other) {
    if (one == null || other == null) {
      return null;
    }
    if (other == 0) {
      throw byZero();
    }
    return one / other;
  }

  public static @Nullable Double negate(@Nullable Double value) {
    return value == null ? null : Double.valueOf(-value);
  }

  public static @Nullable Double abs(@Nullable Double value) {
    return value == null ? null : Double.valueOf(Math.abs(value));
  }

  public static @Nullable Double floor(@Nullable Double value) {
    return value == null ? null : Double.valueOf(Math.floor(value));
  }

  public static @Nullable Double ceiling(@Nullable Double value) {
    return value == null ? null : Double.valueOf(Math.ceil(value));
  }

  /** Rounds half away from zero to decimal places, as DuckDB does. */
  public static @Nullable Double round(@Nullable Double value, @Nullable Long digits) {
    if (value == null || digits == null) {
      return null;
    }
    double shift = Math.pow(10, Math.abs(digits));
    double shifted = digits < 0 ? value / shift : value * shift;
    double whole = Math.floor(Math.abs(shifted));
    double rounded = Math.abs(shifted) - whole >= 0.5 ? whole + 1 : whole;
    double signed = Math.copySign(rounded, shifted);
    double result = digits < 0 ? signed * shift : signed / shift;
    return Double.isFinite(result) ? result : value;
  }
}
