package io.resultsink.postgres.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Programs that a test needs, run to their end. */
final class Programs {

  private Programs() {}

  /** Fails with what the program said when it failed. */
  static void run(List<String> command) {
    output(command);
  }

  /** As {@link #run}; what the program said. */
  static String output(List<String> command) {
    try {
      // A file, because a server that a program starts would keep a pipe open.
      Path output = Files.createTempFile("program", ".out");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int code = process.waitFor();
      String said = Files.readString(output, StandardCharsets.UTF_8);
      Files.delete(output);
      if (code != 0) {
        throw new IllegalStateException(command + " ended with " + code + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
