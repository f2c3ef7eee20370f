package io.resultsink.pipelines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The arguments of the launcher script. It does not pass them in the process's argument list, which
 * every user of the machine can read, because a URL may have a password.
 */
final class LauncherArguments {

  /** The environment variable that names the file or pipe with the arguments. */
  private static final String PROPERTY = "pgresult.arguments";

  private LauncherArguments() {}

  /**
   * Returns the launcher's arguments, or {@code otherwise} if Java was called without the launcher.
   */
  static String[] orElse(String[] otherwise) {
    String source = System.getProperty(PROPERTY);
    if (source == null) {
      return otherwise;
    }
    try {
      return parse(decode(Files.readAllBytes(Path.of(source))));
    } catch (IOException e) {
      throw new UncheckedIOException("the arguments cannot be read from " + source, e);
    }
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      // The encoding in which Java decodes an argument list.
      return new String(bytes, Charset.forName(System.getProperty("sun.jnu.encoding")));
    }
  }

  /** Reads one argument a line. The last line only shows that all have come. */
  static String[] parse(String text) {
    List<String> lines = List.of(text.split("\n", -1));
    if (lines.size() < 2 || !lines.get(lines.size() - 2).equals("end")) {
      throw new IllegalStateException("the launcher has not handed over all arguments");
    }
    return lines.subList(0, lines.size() - 2).stream()
        .map(LauncherArguments::unescape)
        .toArray(String[]::new);
  }

  private static String unescape(String line) {
    StringBuilder argument = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
        argument.append(line.charAt(i) == 'n' ? '\n' : line.charAt(i));
      } else {
        argument.append(c);
      }
    }
    return argument.toString();
  }
}
