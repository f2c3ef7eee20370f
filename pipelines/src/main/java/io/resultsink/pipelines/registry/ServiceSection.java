package io.resultsink.pipelines.registry;

import io.resultsink.postgres.destination.SavedConnection;
import java.util.Optional;

/**
 * The place of a service in the text of {@code pg_service.conf}.
 *
 * @param begin the begin of the line with its name
 * @param end the end of its last line, or of the file
 * @param ours whether pgresult wrote it
 */
record ServiceSection(int begin, int end, boolean ours) {

  /** The second line of a section that pgresult wrote; for libpq it is a comment. */
  private static final String MARK = "# kept by pgresult";

  /** Returns the section of a name; the first, if there are two. */
  static Optional<ServiceSection> find(String file, String name) {
    int begin = -1;
    int position = 0;
    while (position < file.length()) {
      int newline = file.indexOf('\n', position);
      int next = newline < 0 ? file.length() : newline + 1;
      String line = file.substring(position, next).strip();
      if (line.startsWith("[") && line.endsWith("]")) {
        if (begin >= 0) {
          return Optional.of(of(file, begin, position));
        }
        if (line.equals("[" + name + "]")) {
          begin = position;
        }
      }
      position = next;
    }
    return begin < 0 ? Optional.empty() : Optional.of(of(file, begin, file.length()));
  }

  private static ServiceSection of(String file, int begin, int end) {
    boolean ours = file.substring(begin, end).lines().skip(1).findFirst().orElse("").equals(MARK);
    return new ServiceSection(begin, end, ours);
  }

  /** Returns the file with a new section at its end. */
  static String appended(String file, NamedResult result, String reference) {
    StringBuilder text = new StringBuilder(file);
    if (!file.isEmpty() && !file.endsWith("\n")) {
      text.append('\n');
    }
    text.append('[').append(result.name()).append("]\n").append(MARK).append('\n');
    if (!reference.isEmpty()) {
      text.append(SavedConnection.PASSWORD_MARK).append(reference).append('\n');
    }
    result
        .keywords()
        .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  /** Returns the file without this section. */
  String removedFrom(String file) {
    return file.substring(0, begin) + file.substring(end);
  }
}
