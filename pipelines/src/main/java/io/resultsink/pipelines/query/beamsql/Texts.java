package io.resultsink.pipelines.query.beamsql;

import org.jspecify.annotations.Nullable;

/**
 * Functions of text, which count characters and not Java's surrogates.
 *
 * <p>The class is public, because Beam SQL's generated code calls it. NULL makes NULL.
 */
public final class Texts {

  private Texts() {}

  public static @Nullable Long length(@Nullable String text) {
    return text == null ? null : Long.valueOf(text.codePointCount(0, text.length()));
  }

  public static @Nullable String upper(@Nullable String text) {
    return text == null ? null : mapped(text, true);
  }

  public static @Nullable String lower(@Nullable String text) {
    return text == null ? null : mapped(text, false);
  }

  /**
   * Converts character by character. A character whose capital is two letters stays. Only ß has a
   * capital of one, which DuckDB takes.
   */
  private static String mapped(String text, boolean upper) {
    return text.codePoints()
        .map(c -> !upper ? Character.toLowerCase(c) : c == 'ß' ? 'ẞ' : Character.toUpperCase(c))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  public static @Nullable String trim(@Nullable String text) {
    if (text == null) {
      return null;
    }
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == ' ') {
      from++;
    }
    while (from < to && text.charAt(to - 1) == ' ') {
      to--;
    }
    return text.substring(from, to);
  }

  public static @Nullable String concat(@Nullable String one, @Nullable String other) {
    return one == null || other == null ? null : one + other;
  }

  public static @Nullable String substring(@Nullable String text, @Nullable Long from) {
    return substring(text, from, Long.valueOf(Integer.MAX_VALUE));
  }

  /**
   * Returns the characters at positions {@code from} to {@code from + length - 1}; the first is 1.
   */
  public static @Nullable String substring(
      @Nullable String text, @Nullable Long from, @Nullable Long length) {
    if (text == null || from == null || length == null) {
      return null;
    }
    if (length < 0 || from < 1) {
      throw new ValueException(
          "SUBSTRING takes positions from 1 on, and a length that is not negative");
    }
    int characters = text.codePointCount(0, text.length());
    int first = (int) Math.min(from - 1, characters);
    int last = (int) Math.min(first + length, characters);
    return text.substring(text.offsetByCodePoints(0, first), text.offsetByCodePoints(0, last));
  }

  /** Compares a text with a pattern: {@code %} is any characters, {@code _} is one. */
  public static @Nullable Boolean like(@Nullable String text, @Nullable String pattern) {
    if (text == null || pattern == null) {
      return null;
    }
    return matches(text.codePoints().toArray(), pattern.codePoints().toArray());
  }

  /** Backtracks to the last {@code %} only, so that no pattern takes long. */
  private static boolean matches(int[] text, int[] pattern) {
    int at = 0;
    int wanted = 0;
    int lastPercent = -1;
    int resume = 0;
    while (at < text.length) {
      if (wanted < pattern.length && pattern[wanted] == '%') {
        lastPercent = wanted++;
        resume = at;
      } else if (wanted < pattern.length
          && (pattern[wanted] == '_' || pattern[wanted] == text[at])) {
        at++;
        wanted++;
      } else if (lastPercent >= 0) {
        wanted = lastPercent + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (wanted < pattern.length && pattern[wanted] == '%') {
      wanted++;
    }
    return wanted == pattern.length;
  }
}
