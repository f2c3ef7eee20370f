package io.resultsink.pipelines.registry;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The password of one named result in the text of <a
 * href="https://www.postgresql.org/docs/current/libpq-pgpass.html">{@code .pgpass}</a>.
 */
final class PasswordLine {

  private static final Pattern PASSWORD = Pattern.compile("(?:\\\\.|[^\\\\:])*$");

  private PasswordLine() {}

  /** The line before a line that pgresult wrote; for libpq it is a comment. */
  private static String mark(String name) {
    return "# pgresult: " + name + "\n";
  }

  /** Returns the fields before the password, as the file writes them. */
  static String address(Map<String, String> keywords) {
    return Stream.of("host", "port", "dbname", "user")
        .map(name -> escaped(Objects.requireNonNull(keywords.get(name), name)) + ":")
        .collect(Collectors.joining());
  }

  static String escaped(String field) {
    return field.replace("\\", "\\\\").replace(":", "\\:");
  }

  /** Returns the line, with its end, that has a password for exactly this address. */
  static Optional<String> find(String file, String address) {
    return file.lines()
        .filter(
            line ->
                line.startsWith(address)
                    && PASSWORD.matcher(line.substring(address.length())).matches())
        .findFirst();
  }

  /**
   * Returns the file with an additional first line, because libpq uses the first line that matches.
   */
  static String prepended(String file, String name, String line) {
    return mark(name) + line + "\n" + file;
  }

  /** Returns the file without the lines that were added for a name. */
  static String removed(String file, String name) {
    int before = ("\n" + file).indexOf("\n" + mark(name));
    if (before < 0) {
      return file;
    }
    int end = file.indexOf('\n', before + mark(name).length());
    return file.substring(0, before) + (end < 0 ? "" : file.substring(end + 1));
  }
}
