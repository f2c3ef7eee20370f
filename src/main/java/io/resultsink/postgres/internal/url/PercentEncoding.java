package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Percent-encoding of UTF-8, as RFC 3986 and libpq read it: a {@code +} is a plus, not a space.
 *
 * <p>No message shows the text, which may be a password.
 */
public final class PercentEncoding {

  private static final String UNRESERVED = "-._~";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  /**
   * Decodes a text.
   *
   * @param what the text's name in a message
   */
  public static String decode(String what, String encoded) {
    byte[] text = StorableText.check(what, encoded).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length);
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '%') {
        bytes.write(encodedByte(what, text, i));
        i += 2;
      } else {
        bytes.write(text[i]);
      }
    }
    try {
      CharSequence decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return StorableText.check(what, decoded.toString());
    } catch (CharacterCodingException e) {
      throw new InvalidTargetException(what + " is not UTF-8 once its %XX are decoded");
    }
  }

  private static int encodedByte(String what, byte[] text, int percent) {
    if (percent + 2 < text.length) {
      int high = hexDigit(text[percent + 1]);
      int low = hexDigit(text[percent + 2]);
      if (high >= 0 && low >= 0) {
        return high << 4 | low;
      }
    }
    throw new InvalidTargetException(
        what + " has a '%' without two hexadecimal digits; write a '%' itself as %25");
  }

  private static int hexDigit(byte character) {
    return Character.digit(character, 16);
  }

  /** Encodes every byte other than letters, digits and {@code -._~} of ASCII. */
  public static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved(value)) {
        encoded.append((char) value);
      } else {
        encoded.append('%').append(HEX.toHexDigits(value));
      }
    }
    return encoded.toString();
  }

  private static boolean isUnreserved(byte value) {
    return value >= 'a' && value <= 'z'
        || value >= 'A' && value <= 'Z'
        || value >= '0' && value <= '9'
        || UNRESERVED.indexOf(value) >= 0;
  }
}
