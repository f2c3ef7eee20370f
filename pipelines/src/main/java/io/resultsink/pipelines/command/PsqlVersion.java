package io.resultsink.pipelines.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the psql in the user's PATH. */
final class PsqlVersion {

  /** A version for a psql that supports all options. */
  static final int NEWEST = Integer.MAX_VALUE;

  private static final Pattern MAJOR = Pattern.compile("psql \\(PostgreSQL\\) (\\d+)");

  private PsqlVersion() {}

  /** Returns the major version, such as 16; empty when there is no psql. */
  static OptionalInt major() {
    try {
      Process psql =
          new ProcessBuilder("psql", "--version")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      psql.getOutputStream().close();
      return parse(new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }

  static OptionalInt parse(String said) {
    Matcher version = MAJOR.matcher(said);
    return version.find()
        ? OptionalInt.of(Integer.parseInt(version.group(1)))
        : OptionalInt.empty();
  }
}
