package io.resultsink.postgres.failure;

import org.apache.beam.sdk.annotations.Internal;

/**
 * Text of others, such as a table's name, as messages and log lines show it. What a log would take
 * for a new line, or a terminal for a command, is shown by its escape, such as {@code \n}.
 */
@Internal
public final class Printable {

  private Printable() {}

  /** The text in one line. */
  public static String of(String text) {
    return escaped(text, false);
  }

  /** A message that is made of lines. */
  static String lines(String message) {
    return escaped(message, true);
  }

  private static String escaped(String text, boolean lines) {
    if (text.codePoints().noneMatch(Printable::acts)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (!acts(c) || (lines && c == '\n')) {
                shown.appendCodePoint(c);
              } else {
                shown.append(escape(c));
              }
            });
    return shown.toString();
  }

  /** Returns whether a character does something where it is printed. */
  private static boolean acts(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> turnsText(c);
    };
  }

  /** Embeddings, overrides and isolates, which show text in another order. */
  private static boolean turnsText(int c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  }

  private static String escape(int c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format("\\u%04x", c);
    };
  }
}
