package io.resultsink.pipelines.query;

import java.util.regex.Pattern;

/** URLs as messages show them. */
final class Shown {

  private static final Pattern CREDENTIALS = Pattern.compile("//[^/]*@");

  private Shown() {}

  /** A database without user, password and options. */
  static String url(String database) {
    return database.startsWith("postgres")
        ? CREDENTIALS.matcher(database.replaceFirst("\\?.*", "")).replaceFirst("//")
        : database;
  }
}
