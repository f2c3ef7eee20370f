package io.resultsink.pipelines;

import io.resultsink.pipelines.launch.CommandContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a command answered, run in this process. */
record CommandLineOutcome(int exitCode, String out, String err) {

  static CommandLineOutcome of(Path home, String standardInput, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.execute(
            arguments,
            "the.log",
            options ->
                new CommandContext(
                    new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    /* interactive= */ false,
                    home,
                    options));
    return new CommandLineOutcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
