package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding of UTF-8, as RFC 3986 and libpq read it: a {@code +} is a plus, not a space.
 *
 * <p>No message repeats the text, which may be a password.
 */
final class PercentEncoding {

  private static final String UNRESERVED = "-._~";

  private PercentEncoding() {}

  /**
   * Undoes the encoding.
   *
   * @param what names the text in a message
   */
  static String decode(String what, String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); ) {
      int character = encoded.codePointAt(i);
      if (character == '%') {
        bytes.write(encodedByte(what, encoded, i));
        i += 3;
      } else {
        String plain = StorableText.check(what, Character.toString(character));
        bytes.writeBytes(plain.getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(character);
      }
    }
    try {
      CharSequence text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return StorableText.check(what, text.toString());
    } catch (CharacterCodingException e) {
      throw new InvalidTargetException(what + " is not UTF-8 once its %XX are decoded");
    }
  }

  private static int encodedByte(String what, String encoded, int percent) {
    if (percent + 2 < encoded.length()) {
      int high = hexDigit(encoded.charAt(percent + 1));
      int low = hexDigit(encoded.charAt(percent + 2));
      if (high >= 0 && low >= 0) {
        return high << 4 | low;
      }
    }
    throw new InvalidTargetException(
        what + " has a '%' without two hexadecimal digits; write a '%' itself as %25");
  }

  private static int hexDigit(char character) {
    // Character.digit also takes the digits of other scripts.
    return character < 0x80 ? Character.digit(character, 16) : -1;
  }

  /** Encodes every byte but letters, digits and {@code -._~} of ASCII. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved(value)) {
        encoded.append((char) value);
      } else {
        encoded.append(String.format("%%%02X", value));
      }
    }
    return encoded.toString();
  }

  private static boolean isUnreserved(byte value) {
    return value >= 'a' && value <= 'z'
        || value >= 'A' && value <= 'Z'
        || value >= '0' && value <= '9'
        || value > 0 && UNRESERVED.indexOf(value) >= 0;
  }
}
