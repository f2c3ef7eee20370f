package io.resultsink.postgres.failure;

import java.util.List;
import java.util.stream.Collectors;

/** A wrong URL, option, or combination of options. It is thrown while the pipeline is built. */
public final class InvalidTargetException extends ResultSinkException {

  private final List<String> problems;

  /** Creates one for one problem. */
  public InvalidTargetException(String problem) {
    this(List.of(problem));
  }

  /** Creates one for all problems at once; the message has each on its own line. */
  public InvalidTargetException(List<String> problems) {
    super(
        problems.stream().map(Printable::of).collect(Collectors.joining("\n")),
        Remedy.FIX_CONFIGURATION,
        null,
        null);
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems, one sentence each. */
  public List<String> problems() {
    return problems;
  }
}
