package io.resultsink.postgres.failure;

import java.util.List;
import java.util.stream.Collectors;

/** The URL, an option, or their combination is wrong. Thrown while the pipeline is built. */
public final class InvalidTargetException extends ResultSinkException {

  private final List<String> problems;

  /** One problem. */
  public InvalidTargetException(String problem) {
    this(List.of(problem));
  }

  /** All problems at once; the message has each on a line of its own. */
  public InvalidTargetException(List<String> problems) {
    super(
        problems.stream().map(Printable::of).collect(Collectors.joining("\n")),
        Remedy.FIX_CONFIGURATION,
        null,
        null);
    this.problems = List.copyOf(problems);
  }

  /** The problems, one sentence each. */
  public List<String> problems() {
    return problems;
  }
}
