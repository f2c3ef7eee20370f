package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;

/** Text that reaches the server as it is: Unicode, without U+0000. */
public final class StorableText {

  private StorableText() {}

  /**
   * Returns {@code text}.
   *
   * @param what names it in the message, which never repeats the text
   */
  public static String check(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidTargetException(what + " has a U+0000, which PostgreSQL cannot store");
    }
    // Java would send a lone half as '?', and so name something else.
    boolean loneSurrogate =
        text.codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    if (loneSurrogate) {
      throw new InvalidTargetException(what + " is not valid Unicode: half of a surrogate pair");
    }
    return text;
  }
}
