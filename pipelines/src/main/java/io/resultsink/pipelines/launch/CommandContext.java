package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.print.Printable;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The environment of a command.
 *
 * @param in standard input
 * @param out for results
 * @param err for progress and errors
 * @param interactive whether {@code err} is a terminal, on which a line can be redrawn
 * @param home the folder of logs and of the embedded server
 * @param beamOptions the arguments after {@code --}
 */
@Internal
public record CommandContext(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean interactive,
    Path home,
    List<String> beamOptions) {

  /** Copies the options. */
  public CommandContext {
    beamOptions = List.copyOf(beamOptions);
  }

  /** Prints lines of the result. */
  public void say(String text) {
    out.println(Printable.text(text));
  }

  /** Prints lines of progress, explanation or an error. */
  public void note(String text) {
    err.println(Printable.text(text));
  }
}
