package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The beginning of a PostgreSQL URL, in upper or lower case.
 *
 * <p>No message shows a URL or a part of it that could be a password.
 */
@Internal
public final class UrlScheme {

  private static final List<String> SCHEMES = List.of("postgresql://", "postgres://");
  private static final Pattern ANY = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]{0,19})://.*");
  private static final Pattern MISTYPED = Pattern.compile("(?is)(jdbc|postgres(ql)?)[:/].*");

  private UrlScheme() {}

  /** Returns whether a text begins with {@code postgresql://} or {@code postgres://}. */
  public static boolean isPostgres(String text) {
    return SCHEMES.stream()
        .anyMatch(scheme -> text.regionMatches(true, 0, scheme, 0, scheme.length()));
  }

  /** Returns whether a text begins like a PostgreSQL URL, even if a slash is missing. */
  public static boolean looksLikePostgres(String text) {
    return MISTYPED.matcher(text).matches();
  }

  /**
   * Returns the text after the scheme.
   *
   * @param form the end of a sentence that says how such a URL is written
   * @throws InvalidTargetException if there is no scheme, or the host cannot be told from the
   *     password
   */
  public static String rest(String url, String form) {
    for (String scheme : SCHEMES) {
      if (url.regionMatches(true, 0, scheme, 0, scheme.length())) {
        String rest = url.substring(scheme.length());
        checkAtSign(rest);
        return rest;
      }
    }
    throw new InvalidTargetException(missing(url) + "; " + form);
  }

  private static String missing(String url) {
    if (url.isEmpty()) {
      return "the target is empty";
    }
    if (url.regionMatches(true, 0, "jdbc:", 0, "jdbc:".length())) {
      return "a JDBC URL is not a target: leave 'jdbc:' away and add the table";
    }
    if (url.matches("(?is)postgres(ql)?:.*")) {
      return "two slashes are missing after 'postgresql:'";
    }
    Matcher scheme = ANY.matcher(url);
    if (scheme.matches()) {
      return "'" + scheme.group(1) + "://' is not a PostgreSQL target";
    }
    return "the target is not a URL";
  }

  /**
   * Requires that only the {@code @} before the host is literal, so that no part of a password is
   * taken for the host.
   */
  private static void checkAtSign(String rest) {
    int at = rest.indexOf('@');
    if (at < 0) {
      return;
    }
    Matcher separator = Pattern.compile("[/?]").matcher(rest);
    boolean afterHost = separator.find() && separator.start() < at;
    if (afterHost || rest.indexOf('@', at + 1) >= 0) {
      throw new InvalidTargetException(
          "the host cannot be told from user and password; percent-encode special characters: '@'"
              + " as %40, '/' as %2F, '?' as %3F, '#' as %23, '%' as %25");
    }
  }
}
