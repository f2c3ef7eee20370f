package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;

/**
 * The encoders of text types, in UTF-8, which is the client encoding of every connection of the
 * driver.
 */
public final class TextEncoders {

  /** Encodes any text: {@code text}, {@code json}, and {@code varchar} without a length. */
  public static final FieldEncoder TEXT =
      (value, buffer) -> {
        int field = buffer.startField();
        putUtf8((String) value, buffer);
        buffer.endField(field);
      };

  /** Encodes a JSON document's text, after the version of the format. The server parses it. */
  public static final FieldEncoder JSONB =
      (value, buffer) -> {
        int field = buffer.startField();
        buffer.putByte(1);
        putUtf8((String) value, buffer);
        buffer.endField(field);
      };

  /** Encodes a {@code name}, which the server would cut at 63 bytes. */
  public static final FieldEncoder NAME =
      (value, buffer) -> {
        int field = buffer.startField();
        putUtf8((String) value, buffer);
        if (buffer.size() - field - 4 > 63) {
          throw new RefusedValueException("it has more than 63 bytes", SqlState.TOO_LONG);
        }
        buffer.endField(field);
      };

  /** Encodes a {@code "char"}: one byte, to which the server would cut a text. */
  public static final FieldEncoder SINGLE_BYTE =
      (value, buffer) -> {
        String text = (String) value;
        if (text.length() > 1 || (text.length() == 1 && text.charAt(0) > 127)) {
          throw new RefusedValueException("it has more than one byte", SqlState.TOO_LONG);
        }
        if (text.equals("\0")) {
          throw zeroCharacter();
        }
        buffer.putInt(1);
        buffer.putByte(text.isEmpty() ? 0 : text.charAt(0));
      };

  /** The number of characters for which room is made at once. */
  private static final int BLOCK = 1024;

  private TextEncoders() {}

  /**
   * Returns an encoder of texts of at most so many characters: {@code varchar(n)} and {@code
   * char(n)}.
   *
   * <p>Blanks at the end count too, because the server would cut them without an error. The type
   * {@code char(n)} itself fills shorter texts with blanks.
   */
  public static FieldEncoder atMost(int characters) {
    return (value, buffer) -> {
      String text = (String) value;
      if (text.length() > characters && text.codePointCount(0, text.length()) > characters) {
        throw new RefusedValueException(
            "it has more than " + characters + " characters", SqlState.TOO_LONG);
      }
      TEXT.encode(text, buffer);
    };
  }

  /** Refuses a text that PostgreSQL cannot store. */
  public static void check(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw zeroCharacter();
      }
      if (Character.isSurrogate(c)) {
        codePoint(text, i);
        i++;
      }
    }
  }

  private static void putUtf8(String text, CopyBuffer buffer) {
    int next = buffer.putAscii(text);
    while (next < text.length()) {
      next = putBlock(text, next, buffer);
    }
  }

  /**
   * Appends the characters that begin within a block.
   *
   * @return the index of the next character
   */
  private static int putBlock(String text, int from, CopyBuffer buffer) {
    int end = Math.min(text.length(), from + BLOCK);
    byte[] bytes = buffer.room(3 * (end - from) + 1); // a surrogate pair at the end takes 4
    int size = buffer.size();
    int i = from;
    while (i < end) {
      char c = text.charAt(i++);
      if (c < 0x80) {
        if (c == 0) {
          throw zeroCharacter();
        }
        bytes[size++] = (byte) c;
      } else if (c < 0x800) {
        bytes[size++] = (byte) (0xc0 | c >> 6);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      } else if (Character.isSurrogate(c)) {
        int codePoint = codePoint(text, i - 1);
        i++;
        bytes[size++] = (byte) (0xf0 | codePoint >> 18);
        bytes[size++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
        bytes[size++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | codePoint & 0x3f);
      } else {
        bytes[size++] = (byte) (0xe0 | c >> 12);
        bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      }
    }
    buffer.fillTo(size);
    return i;
  }

  private static int codePoint(String text, int index) {
    int codePoint = text.codePointAt(index);
    if (codePoint <= Character.MAX_VALUE) {
      throw new RefusedValueException(
          "it has half of a surrogate pair, which is not a character and has no UTF-8 form",
          SqlState.CHARACTER_NOT_IN_REPERTOIRE);
    }
    return codePoint;
  }

  private static RefusedValueException zeroCharacter() {
    return new RefusedValueException(
        "it has a U+0000, which PostgreSQL cannot store", SqlState.CHARACTER_NOT_IN_REPERTOIRE);
  }
}
