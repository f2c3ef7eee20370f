package io.resultsink.postgres.internal.copy;

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
      assertUtf8(Character.toString(codePoint));
    }
  }

  /** Room is made for a block of characters at a time; here a pair needs the last of it. */
  @Test
  void longTextIsUtf8WhereverABlockEnds() {
    for (int before = 1_020; before <= 1_028; before++) {
      assertUtf8("\uffee".repeat(before) + "\ud83d\ude00".repeat(1_500) + "end");
    }
    for (int filled = 5_100; filled <= 5_130; filled++) { // of the 8 KB that a buffer begins with
      assertUtf8("a".repeat(filled) + "\uffee".repeat(1_023) + "\ud83d\ude00");
    }
    String half = "\uffee".repeat(1_023) + "\ud83d";
    assertThat(Encoded.refusal(TextEncoders.TEXT, half), containsString("surrogate"));
    assertThat(Encoded.refusal(TextEncoders.TEXT, half + "x"), containsString("surrogate"));
  }

  private static void assertUtf8(String text) {
    byte[] expected = text.getBytes(StandardCharsets.UTF_8);
    assertThat(
        Encoded.field(TextEncoders.TEXT, text),
        is(String.format("%08x", expected.length) + HexFormat.of().formatHex(expected)));
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
