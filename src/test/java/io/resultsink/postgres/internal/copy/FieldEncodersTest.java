package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class FieldEncodersTest {

  private static final FieldEncoder INT2 =
      FieldEncoders.int2(value -> ((Number) value).longValue());
  private static final FieldEncoder INT4 =
      FieldEncoders.int4(value -> ((Number) value).longValue());
  private static final FieldEncoder INT8 =
      FieldEncoders.int8(value -> ((Number) value).longValue());
  private static final FieldEncoder FLOAT4 =
      FieldEncoders.float4(value -> ((Number) value).doubleValue());
  private static final FieldEncoder FLOAT8 =
      FieldEncoders.float8(value -> ((Number) value).doubleValue());

  @Test
  void bool() {
    assertThat(Encoded.field(FieldEncoders.BOOL, true), is("0000000101"));
    assertThat(Encoded.field(FieldEncoders.BOOL, false), is("0000000100"));
  }

  @Test
  void integers() {
    assertThat(Encoded.field(INT2, -2), is("00000002fffe"));
    assertThat(Encoded.field(INT4, -2), is("00000004fffffffe"));
    assertThat(Encoded.field(INT8, Long.MIN_VALUE), is("000000088000000000000000"));
  }

  @Test
  void integersOutOfRangeAreRefused() {
    assertThat(Encoded.field(INT2, -32768), is("000000028000"));
    assertThat(Encoded.refusal(INT2, -32769), containsString("out of range"));
    assertThat(Encoded.refusal(INT2, 32768), containsString("out of range"));
    assertThat(Encoded.field(INT4, Integer.MAX_VALUE), is("000000047fffffff"));
    assertThat(Encoded.refusal(INT4, 1L << 31), containsString("out of range"));
    assertThat(Encoded.refusal(INT4, (-1L << 31) - 1), containsString("out of range"));
  }

  @Test
  void floats() {
    assertThat(Encoded.field(FLOAT4, 1.5f), is("000000043fc00000"));
    assertThat(Encoded.field(FLOAT8, 1.5), is("000000083ff8000000000000"));
    assertThat(Encoded.field(FLOAT8, -0.0), is("000000088000000000000000"));
    assertThat(Encoded.field(FLOAT8, Double.NaN), is("000000087ff8000000000000"));
    // Every NaN is PostgreSQL's one NaN.
    assertThat(
        Encoded.field(FLOAT8, Double.longBitsToDouble(0xfff8000000000001L)),
        is("000000087ff8000000000000"));
    assertThat(Encoded.field(FLOAT4, Float.NEGATIVE_INFINITY), is("00000004ff800000"));
  }

  @Test
  void bytes() {
    assertThat(Encoded.field(FieldEncoders.BYTEA, new byte[] {0, -1}), is("0000000200ff"));
    assertThat(Encoded.field(FieldEncoders.BYTEA, new byte[0]), is("00000000"));
  }

  @Test
  void uuid() {
    String digits = "00112233-4455-6677-8899-aabbccddeeff";
    assertThat(
        Encoded.field(FieldEncoders.UUID, UUID.fromString(digits)),
        is("00000010" + digits.replace("-", "")));
  }
}
