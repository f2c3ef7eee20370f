package io.resultsink.postgres.failure;

import org.apache.beam.sdk.annotations.Internal;

/**
 * Text from outside, such as a table's name, in the form in which messages and log lines show it.
 * Characters that begin a line, or that a terminal takes for a command, are shown as escapes such
 * as {@code \n}.
 */
@Internal
public final class Printable {

  private Printable() {}

  /** Returns the text in one line. */
  public static String of(String text) {
    return escaped(text, false);
  }

  /** Returns a message of several lines. */
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

  /** Returns whether a character has an effect on a log or a terminal. */
  private static boolean acts(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> turnsText(c);
    };
  }

  /** Embeddings, overrides and isolates change the order in which text is shown. */
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
