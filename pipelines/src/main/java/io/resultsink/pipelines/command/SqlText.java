package io.resultsink.pipelines.command;

import io.resultsink.pipelines.launch.CommandContext;
import io.resultsink.pipelines.launch.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The SQL of a command: its argument, standard input or a file. */
final class SqlText {

  static final String NONE =
      "no SQL; write it as the last argument, - to read it from standard input, or -q FILE";

  private SqlText() {}

  /** Returns the statement. */
  static String of(@Nullable String argument, @Nullable Path file, CommandContext context)
      throws IOException {
    if (file == null && argument == null) {
      throw new UsageException(NONE);
    }
    if (file != null && argument != null) {
      throw new UsageException("both -q and SQL are given; use one");
    }
    String sql = String.valueOf(argument);
    if (file != null) {
      sql = read(file);
    } else if (sql.equals("-")) {
      sql = new String(context.in().readAllBytes(), StandardCharsets.UTF_8);
    }
    // Removes a semicolon at the end, which Beam SQL does not accept.
    String statement = sql.strip().replaceFirst(";\\s*$", "");
    if (statement.isEmpty()) {
      throw new UsageException("the SQL is empty");
    }
    return statement;
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageException("file " + file + " of -q does not exist");
    }
  }
}
