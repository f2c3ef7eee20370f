package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of numeric: digits to the base of 10,000, the first digit's weight, a sign, and the
 * number of decimal digits after the point.
 *
 * <p>A column without precision and scale keeps the value's own scale, trailing zeros included. A
 * column with them would round, so a value that does not fit exactly is refused; its trailing zeros
 * may be cut.
 */
public final class NumericEncoder implements FieldEncoder {

  private static final int LARGEST_SCALE = 16_383;
  private static final int MOST_DIGITS_BEFORE_POINT = 131_072;
  private static final int NEGATIVE = 0x4000;
  private static final int NOT_A_NUMBER = 0xc000;
  private static final int INFINITY = 0xd000;
  private static final int NEGATIVE_INFINITY = 0xf000;
  private static final int LONG_DIGITS = 18;
  private static final int BASE_DIGITS = 4;
  private static final int BASE = 10_000;

  private static final int UNCONSTRAINED = Integer.MIN_VALUE;

  private final int precision;
  private final int scale;

  /** Creates an encoder for {@code numeric}. */
  public NumericEncoder() {
    this(UNCONSTRAINED, UNCONSTRAINED);
  }

  /** Creates an encoder for {@code numeric(precision,scale)}; the scale may be negative. */
  public NumericEncoder(int precision, int scale) {
    this.precision = precision;
    this.scale = scale;
  }

  /** Encodes a {@link BigDecimal}, or a {@link Double} that has no decimal: NaN or an infinity. */
  @Override
  public void encode(Object value, CopyBuffer buffer) {
    if (value instanceof Double special) {
      encodeSpecial(special, buffer);
      return;
    }
    BigDecimal number = fitted((BigDecimal) value);
    if (number.signum() == 0) {
      putHeader(buffer, 0, 0, 0, Math.max(0, number.scale()));
    } else if (number.precision() <= LONG_DIGITS
        && number.scale() >= 0
        && number.scale() <= LONG_DIGITS) {
      encodeLong(number.unscaledValue().longValue(), number.scale(), buffer);
    } else {
      encodeDigits(number, buffer);
    }
  }

  /** Returns the reason why no numeric can have this number, or null. */
  public static @Nullable String reasonAgainst(BigDecimal number) {
    if (number.scale() > LARGEST_SCALE) {
      return "it has more than " + LARGEST_SCALE + " digits after the decimal point";
    }
    if (digitsBeforePoint(number) > MOST_DIGITS_BEFORE_POINT) {
      return "it has more than " + MOST_DIGITS_BEFORE_POINT + " digits before the decimal point";
    }
    return null;
  }

  private static long digitsBeforePoint(BigDecimal number) {
    return number.signum() == 0 ? 0 : (long) number.precision() - number.scale();
  }

  private BigDecimal fitted(BigDecimal number) {
    BigDecimal fitting = number;
    if (precision == UNCONSTRAINED) {
      if (number.scale() > LARGEST_SCALE || number.signum() == 0) {
        fitting = withScaleAtMost(number, LARGEST_SCALE);
      }
    } else {
      if (number.scale() > scale) {
        fitting = withScaleAtMost(number, scale);
      }
      long room = (long) precision - scale;
      if (fitting.signum() != 0 && digitsBeforePoint(fitting) > room) {
        throw new RefusedValueException(
            room >= 0
                ? "it has more than " + room + " digits before the decimal point"
                : "its first " + -room + " digits after the decimal point are not all 0",
            SqlState.NUMBER_OUT_OF_RANGE);
      }
    }
    String reason = reasonAgainst(fitting);
    if (reason != null) {
      throw new RefusedValueException(reason, SqlState.NUMBER_OUT_OF_RANGE);
    }
    return fitting;
  }

  private static BigDecimal withScaleAtMost(BigDecimal number, int most) {
    if (number.signum() == 0) {
      return BigDecimal.ZERO.setScale(Math.max(0, Math.min(number.scale(), most)));
    }
    BigDecimal stripped = number.stripTrailingZeros();
    if (stripped.scale() > most) {
      throw new RefusedValueException(
          most >= 0
              ? "it has more than " + most + " digits after the decimal point"
              : "it is not a multiple of 1" + "0".repeat(-most));
    }
    return stripped.setScale(most);
  }

  private void encodeSpecial(double value, CopyBuffer buffer) {
    if (Double.isNaN(value)) {
      putHeader(buffer, 0, 0, NOT_A_NUMBER, 0);
    } else if (precision == UNCONSTRAINED) {
      putHeader(buffer, 0, 0, value > 0 ? INFINITY : NEGATIVE_INFINITY, 0);
    } else {
      throw new RefusedValueException("it is an infinity, and a numeric with a precision has none");
    }
  }

  private static void encodeLong(long unscaled, int scale, CopyBuffer buffer) {
    long digits = Math.abs(unscaled);
    long wholePower = power(scale);
    long whole = digits / wholePower;
    // Padded to whole groups, the fraction may not fit a long. So its groups are taken from the
    // left.
    long fraction = digits % wholePower;
    int wholeGroups = groups(whole);
    int fractionGroups = (scale + BASE_DIGITS - 1) / BASE_DIGITS;

    int field = putHeader(buffer, wholeGroups + fractionGroups, wholeGroups - 1, 0, scale);
    if (unscaled < 0) {
      buffer.setInt(field + 8, NEGATIVE << 16 | scale);
    }
    for (int group = wholeGroups - 1; group >= 0; group--) {
      buffer.putShort((int) (whole / power(group * BASE_DIGITS) % BASE));
    }
    int remaining = scale;
    for (int group = 0; group < fractionGroups; group++) {
      int taken = Math.min(BASE_DIGITS, remaining);
      remaining -= taken;
      buffer.putShort(
          (int) (fraction / power(remaining) % power(taken) * power(BASE_DIGITS - taken)));
    }
  }

  private static void encodeDigits(BigDecimal number, CopyBuffer buffer) {
    String digits = number.unscaledValue().abs().toString();
    int shownScale = Math.max(0, number.scale());
    // Zeros are added at both ends, so that the decimal point is between two groups.
    int right = Math.floorMod(-number.scale(), BASE_DIGITS);
    int left = Math.floorMod(-(digits.length() + right), BASE_DIGITS);
    int groups = (left + digits.length() + right) / BASE_DIGITS;
    int groupsAfterPoint = (number.scale() + right) / BASE_DIGITS;

    putHeader(
        buffer,
        groups,
        groups - groupsAfterPoint - 1,
        number.signum() < 0 ? NEGATIVE : 0,
        shownScale);
    int next = -left;
    for (int group = 0; group < groups; group++) {
      int value = 0;
      for (int end = next + BASE_DIGITS; next < end; next++) {
        value *= 10;
        if (next >= 0 && next < digits.length()) {
          value += digits.charAt(next) - '0';
        }
      }
      buffer.putShort(value);
    }
  }

  private static int putHeader(CopyBuffer buffer, int groups, int weight, int sign, int scale) {
    int field = buffer.size();
    buffer.putInt(8 + 2 * groups);
    buffer.putShort(groups);
    buffer.putShort(weight);
    buffer.putShort(sign);
    buffer.putShort(scale);
    return field;
  }

  private static int groups(long whole) {
    int groups = 0;
    for (long rest = whole; rest > 0; rest /= BASE) {
      groups++;
    }
    return groups;
  }

  private static long power(int exponent) {
    return POWERS[exponent];
  }

  private static final long[] POWERS = new long[LONG_DIGITS + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i <= LONG_DIGITS; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NumericEncoder that
        && precision == that.precision
        && scale == that.scale;
  }

  @Override
  public int hashCode() {
    return Objects.hash(precision, scale);
  }
}
