package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;

/** Text that the server can store as it is: valid Unicode without U+0000. */
public final class StorableText {

  private StorableText() {}

  /**
   * Checks {@code text} and returns it.
   *
   * @param what its name in the message, which never shows the text
   */
  public static String check(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidTargetException(what + " has a U+0000, which PostgreSQL cannot store");
    }
    // Java would send a lone surrogate as '?', which is another name.
    boolean loneSurrogate =
        text.codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    if (loneSurrogate) {
      throw new InvalidTargetException(what + " is not valid Unicode: half of a surrogate pair");
    }
    return text;
  }
}
