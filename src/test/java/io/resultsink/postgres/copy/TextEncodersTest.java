package io.resultsink.postgres.copy;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TextEncodersTest {

  @Test
  void everyCharacterIsUtf8() {
    for (int codePoint = 1; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (codePoint == Character.MIN_SURROGATE) {
        codePoint = Character.MAX_SURROGATE + 1;
      }
      String text = Character.toString(codePoint);
      byte[] expected = text.getBytes(StandardCharsets.UTF_8);
      assertThat(
          Encoded.field(TextEncoders.TEXT, text),
          is("0000000" + expected.length + HexFormat.of().formatHex(expected)));
    }
  }

  @Test
  void emptyTextIsEmpty() {
    assertThat(Encoded.field(TextEncoders.TEXT, ""), is("00000000"));
  }

  @Test
  void whatIsNoTextIsRefused() {
    assertThat(Encoded.refusal(TextEncoders.TEXT, "a\0"), containsString("U+0000"));
    assertThat(Encoded.refusal(TextEncoders.TEXT, "\ud83d"), containsString("surrogate"));
    assertThat(Encoded.refusal(TextEncoders.TEXT, "\ud83da"), containsString("surrogate"));
    assertThat(Encoded.refusal(TextEncoders.TEXT, "\ude00\ud83d"), containsString("surrogate"));
  }

  @Test
  void lengthIsInCharacters() {
    FieldEncoder three = TextEncoders.atMost(3);
    assertThat(
        Encoded.field(three, "a\ud83d\ude00b"),
        is(Encoded.field(TextEncoders.TEXT, "a\ud83d\ude00b")));
    assertThat(Encoded.refusal(three, "abcd"), is("it has more than 3 characters"));
    assertThat(Encoded.refusal(three, "abc "), is("it has more than 3 characters"));
  }

  @Test
  void nameIsLimitedInBytes() {
    assertThat(
        Encoded.field(TextEncoders.NAME, "\u00fc".repeat(31) + "a").length(), is(2 * (4 + 63)));
    assertThat(
        Encoded.refusal(TextEncoders.NAME, "\u00fc".repeat(32)), is("it has more than 63 bytes"));
  }

  @Test
  void singleByte() {
    assertThat(Encoded.field(TextEncoders.SINGLE_BYTE, "x"), is("0000000178"));
    assertThat(Encoded.field(TextEncoders.SINGLE_BYTE, ""), is("0000000100"));
    assertThat(Encoded.refusal(TextEncoders.SINGLE_BYTE, "xy"), containsString("one byte"));
    assertThat(Encoded.refusal(TextEncoders.SINGLE_BYTE, "\u00e9"), containsString("one byte"));
    assertThat(Encoded.refusal(TextEncoders.SINGLE_BYTE, "\0"), containsString("U+0000"));
  }

  @Test
  void jsonbHasItsVersion() {
    assertThat(Encoded.field(TextEncoders.JSONB, "[]"), is("00000003015b5d"));
  }
}
