package io.resultsink.pipelines.print;

import org.apache.beam.sdk.annotations.Internal;

/**
 * Text that is safe for a terminal. Control characters are shown as in psql, such as {@code \\x1B},
 * because they could set the terminal's title or clipboard, or clear earlier lines.
 */
@Internal
public final class Printable {

  private static final int DELETE = 0x7f;
  private static final int LAST_CONTROL = 0x9f;

  private Printable() {}

  /** Returns text of any number of lines. */
  public static String text(String text) {
    return escaped(text, false);
  }

  /** Returns text on one line, with {@code \\n}, {@code \\r} and {@code \\t}. */
  static String line(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean oneLine) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\t') {
        printable.append(oneLine ? c == '\n' ? "\\n" : "\\t" : String.valueOf(c));
      } else if (c == '\r') {
        printable.append("\\r");
      } else if (c < ' ' || c == DELETE) {
        printable.append("\\x%02X".formatted((int) c));
      } else if (c > DELETE && c <= LAST_CONTROL || turnsText(c)) {
        printable.append("\\u%04X".formatted((int) c));
      } else {
        printable.append(c);
      }
    }
    return printable.toString();
  }

  /** Returns whether a character changes the direction of the text after it. */
  private static boolean turnsText(char c) {
    return c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069';
  }
}
