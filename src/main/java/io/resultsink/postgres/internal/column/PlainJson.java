package io.resultsink.postgres.internal.column;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fast check that a text is a plain JSON document, as most are. A parser reads the others,
 * which takes several times as long.
 *
 * <p>A plain document has no backslash, exponent or very long number. It has few levels and few
 * names, and none of them twice in one object. The bytes must be UTF-8, which this class does not
 * check.
 */
final class PlainJson {

  private static final int DEEPEST = 16;
  private static final int MOST_NAMES = 32;

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  /** Not plain, or not JSON. */
  private static final int NO = -1;

  private final byte[] bytes;
  private final int end;

  /** The begins and ends of the names of all open objects, the outermost first. */
  private final int[] names = new int[2 * MOST_NAMES];

  private int namesEnd;

  private PlainJson(byte[] bytes, int end) {
    this.bytes = bytes;
    this.end = end;
  }

  static boolean is(byte[] bytes, int begin, int end) {
    PlainJson document = new PlainJson(bytes, end);
    int at = document.value(document.blanks(begin), 0);
    return at != NO && document.blanks(at) == end;
  }

  /**
   * Reads a value with everything in it.
   *
   * @return the index after it, or {@link #NO}
   */
  private int value(int at, int depth) {
    return switch (byteAt(at)) {
      case '{' -> depth == DEEPEST ? NO : object(at + 1, depth + 1);
      case '[' -> depth == DEEPEST ? NO : array(at + 1, depth + 1);
      case '"' -> string(at + 1);
      case 't' -> literal(TRUE, at);
      case 'f' -> literal(FALSE, at);
      case 'n' -> literal(NULL, at);
      default -> number(at);
    };
  }

  private int object(int begin, int depth) {
    int at = blanks(begin);
    if (byteAt(at) == '}') {
      return at + 1;
    }
    int firstName = namesEnd;
    while (byteAt(at) == '"') {
      int nameEnd = string(at + 1);
      if (nameEnd == NO || !isNew(at, nameEnd, firstName)) {
        return NO;
      }
      at = blanks(nameEnd);
      if (byteAt(at) != ':') {
        return NO;
      }
      at = value(blanks(at + 1), depth);
      if (at == NO) {
        return NO;
      }
      at = blanks(at);
      if (byteAt(at) == '}') {
        namesEnd = firstName;
        return at + 1;
      }
      if (byteAt(at) != ',') {
        return NO;
      }
      at = blanks(at + 1);
    }
    return NO;
  }

  private boolean isNew(int begin, int nameEnd, int firstName) {
    if (namesEnd == names.length) {
      return false;
    }
    for (int name = firstName; name < namesEnd; name += 2) {
      if (Arrays.equals(bytes, names[name], names[name + 1], bytes, begin, nameEnd)) {
        return false;
      }
    }
    names[namesEnd++] = begin;
    names[namesEnd++] = nameEnd;
    return true;
  }

  private int array(int begin, int depth) {
    int at = blanks(begin);
    if (byteAt(at) == ']') {
      return at + 1;
    }
    while (true) {
      at = value(at, depth);
      if (at == NO) {
        return NO;
      }
      at = blanks(at);
      if (byteAt(at) == ']') {
        return at + 1;
      }
      if (byteAt(at) != ',') {
        return NO;
      }
      at = blanks(at + 1);
    }
  }

  private int string(int begin) {
    for (int at = begin; at < end; at++) {
      byte c = bytes[at];
      if (c == '"') {
        return at + 1;
      }
      if (c == '\\' || (c >= 0 && c < ' ')) {
        return NO;
      }
    }
    return NO;
  }

  private int literal(byte[] literal, int at) {
    int after = at + literal.length;
    return after <= end && Arrays.equals(bytes, at, after, literal, 0, literal.length) ? after : NO;
  }

  private int number(int begin) {
    int digits = byteAt(begin) == '-' ? begin + 1 : begin;
    int at = digits(digits);
    if (at == digits || (byteAt(digits) == '0' && at > digits + 1)) {
      return NO;
    }
    if (byteAt(at) == '.') {
      int fraction = at + 1;
      at = digits(fraction);
      if (at == fraction) {
        return NO;
      }
    }
    return at - begin <= TextConversions.LONGEST_UNCHECKED_NUMBER ? at : NO;
  }

  private int digits(int begin) {
    int at = begin;
    while (byteAt(at) >= '0' && byteAt(at) <= '9') {
      at++;
    }
    return at;
  }

  private int blanks(int begin) {
    int at = begin;
    while (byteAt(at) == ' ' || byteAt(at) == '\n' || byteAt(at) == '\r' || byteAt(at) == '\t') {
      at++;
    }
    return at;
  }

  /** Returns a byte; after the end, one that no JSON has. */
  private byte byteAt(int index) {
    return index < end ? bytes[index] : 0;
  }
}
