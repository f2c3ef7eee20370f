package io.resultsink.postgres.internal.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrayEncoderTest {

  private static final int INT2 = 21;
  private static final FieldEncoder ELEMENT = FieldEncoders.int2(value -> (Integer) value);
  private static final FieldEncoder FLAT = new ArrayEncoder(INT2, ELEMENT, 1);
  private static final FieldEncoder NESTED = new ArrayEncoder(INT2, ELEMENT, 2);

  @Test
  void oneDimension() {
    // length, dimensions, has NULL, element type 21, length, lower bound, elements
    assertThat(
        Encoded.field(FLAT, List.of(7, 8)),
        is(hex("00000020 00000001 00000000 00000015 00000002 00000001 000000020007 000000020008")));
  }

  @Test
  void nullElementsAreFlagged() {
    assertThat(
        Encoded.field(FLAT, Arrays.asList((Object) null)),
        is(hex("00000018 00000001 00000001 00000015 00000001 00000001 ffffffff")));
  }

  @Test
  void emptyArrayHasNoDimensions() {
    String empty = hex("0000000c 00000000 00000000 00000015");
    assertThat(Encoded.field(FLAT, List.of()), is(empty));
    assertThat(Encoded.field(NESTED, List.of()), is(empty));
  }

  @Test
  void twoDimensions() {
    assertThat(
        Encoded.field(NESTED, List.of(List.of(7), List.of(8))),
        is(
            hex(
                "00000028 00000002 00000000 00000015 00000002 00000001 00000001 00000001"
                    + "000000020007 000000020008")));
  }

  @Test
  void onlyRectanglesAreArrays() {
    assertThat(
        Encoded.refusal(NESTED, List.of(List.of(1), List.of(1, 2))),
        containsString("different lengths"));
    assertThat(
        Encoded.refusal(NESTED, List.of(List.of(1), List.of())),
        containsString("different lengths"));
    assertThat(Encoded.refusal(NESTED, List.of(List.of())), containsString("is empty"));
    assertThat(Encoded.refusal(NESTED, Arrays.asList(List.of(1), null)), containsString("is NULL"));
  }

  @Test
  void dimensionsAreLimited() {
    assertThrows(IllegalArgumentException.class, () -> new ArrayEncoder(INT2, ELEMENT, 7));
    assertThrows(IllegalArgumentException.class, () -> new ArrayEncoder(INT2, ELEMENT, 0));
  }

  private static String hex(String text) {
    return text.replace(" ", "");
  }
}
