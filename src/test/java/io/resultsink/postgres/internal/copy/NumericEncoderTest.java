package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumericEncoderTest {

  private static final NumericEncoder NUMERIC = new NumericEncoder();

  @Test
  void digitsAreInGroupsOfFour() {
    // length, groups, weight, sign, scale, groups
    assertThat(encoded("0"), is("00000008 0000 0000 0000 0000".replace(" ", "")));
    assertThat(encoded("0.00"), is("00000008 0000 0000 0000 0002".replace(" ", "")));
    assertThat(encoded("1"), is("0000000a 0001 0000 0000 0000 0001".replace(" ", "")));
    assertThat(
        encoded("-12345.6"), is("0000000e 0003 0001 4000 0001 0001 0929 1770".replace(" ", "")));
    assertThat(encoded("1E+5"), is("0000000a 0001 0001 0000 0000 000a".replace(" ", "")));
  }

  @Test
  void specialNumbers() {
    assertThat(
        Encoded.field(NUMERIC, Double.NaN), is("000000080000 0000c0000000".replace(" ", "")));
    assertThat(
        Encoded.field(NUMERIC, Double.POSITIVE_INFINITY),
        is("00000008 00000000d0000000".replace(" ", "")));
    assertThat(
        Encoded.field(NUMERIC, Double.NEGATIVE_INFINITY),
        is("00000008 00000000f0000000".replace(" ", "")));
    assertThat(
        Encoded.refusal(new NumericEncoder(5, 2), Double.POSITIVE_INFINITY),
        containsString("infinity"));
  }

  @Test
  void decodedIsTheSame() {
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      BigDecimal number =
          new BigDecimal(
              new BigInteger(random.nextInt(200), random)
                  .multiply(BigInteger.valueOf(i % 2 * 2 - 1)),
              random.nextInt(60) - 20);
      BigDecimal decoded = decoded(number);
      assertThat(decoded.compareTo(number), is(0));
      assertThat(decoded.scale(), is(Math.max(0, number.scale())));
    }
  }

  @Test
  void precisionAndScaleRefuseWhatIsRounded() {
    NumericEncoder price = new NumericEncoder(5, 2);
    assertThat(Encoded.field(price, new BigDecimal("123.4500")), is(encoded("123.45")));
    assertThat(Encoded.field(price, new BigDecimal("-999.99")), is(encoded("-999.99")));
    assertThat(Encoded.field(price, new BigDecimal("0E+9")), is(encoded("0")));
    assertThat(Encoded.field(price, new BigDecimal("0E-9")), is(encoded("0.00")));
    assertThat(
        Encoded.refusal(price, new BigDecimal("1.005")),
        is("it has more than 2 digits after the decimal point"));
    assertThat(
        Encoded.refusal(price, new BigDecimal("1000")),
        is("it has more than 3 digits before the decimal point"));
    assertThat(
        Encoded.refusal(price, new BigDecimal("1E+2000000000")),
        is("it has more than 3 digits before the decimal point"));
  }

  @Test
  void scaleMayBeNegativeOrLargerThanPrecision() {
    NumericEncoder thousands = new NumericEncoder(2, -3);
    assertThat(Encoded.field(thousands, new BigDecimal("99000")), is(encoded("99000")));
    assertThat(
        Encoded.refusal(thousands, new BigDecimal("99500")), is("it is not a multiple of 1000"));
    assertThat(
        Encoded.refusal(thousands, new BigDecimal("100000")),
        is("it has more than 5 digits before the decimal point"));
    NumericEncoder small = new NumericEncoder(2, 4);
    assertThat(Encoded.field(small, new BigDecimal("0.0099")), is(encoded("0.0099")));
    assertThat(Encoded.field(small, BigDecimal.ZERO), is(encoded("0")));
    assertThat(
        Encoded.refusal(small, new BigDecimal("0.01")),
        is("its first 2 digits after the decimal point are not all 0"));
  }

  @Test
  void limitsOfTheType() {
    assertThat(decoded(new BigDecimal("1E+131071")).precision(), is(131072));
    assertThat(decoded(new BigDecimal("1E-16383")).scale(), is(16383));
    assertThat(
        Encoded.refusal(NUMERIC, new BigDecimal("1E+131072")),
        containsString("131072 digits before"));
    assertThat(
        Encoded.refusal(NUMERIC, new BigDecimal("1E-16384")), containsString("16383 digits after"));
    assertThat(
        Encoded.refusal(NUMERIC, new BigDecimal("1E-2147483647")),
        containsString("16383 digits after"));
  }

  private static String encoded(String number) {
    return Encoded.field(NUMERIC, new BigDecimal(number));
  }

  /** Reads the wire's digits as numeric_recv does. */
  private static BigDecimal decoded(BigDecimal number) {
    CopyBuffer buffer = new CopyBuffer(0);
    NUMERIC.encode(number, buffer);
    ByteBuffer bytes = ByteBuffer.wrap(buffer.array(), 0, buffer.size());
    assertThat(bytes.getInt(), is(buffer.size() - 4));
    int groups = bytes.getShort();
    int weight = bytes.getShort();
    int sign = bytes.getShort();
    int scale = bytes.getShort();
    StringBuilder digits = new StringBuilder("0");
    for (int i = 0; i < groups; i++) {
      int group = bytes.getShort();
      assertThat(group >= 0 && group < 10_000, is(true));
      digits.append("%04d".formatted(group));
    }
    assertThat(bytes.hasRemaining(), is(false));
    BigDecimal value = new BigDecimal(new BigInteger(digits.toString()), 4 * (groups - 1 - weight));
    return (sign == 0x4000 ? value.negate() : value).setScale(scale);
  }
}
