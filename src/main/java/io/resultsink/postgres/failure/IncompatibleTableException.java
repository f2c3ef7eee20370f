package io.resultsink.postgres.failure;

import java.util.List;
import java.util.stream.Collectors;

/** The preflight refused the write: the target is untouched, and nothing was staged. */
public final class IncompatibleTableException extends ResultSinkException {

  private final List<String> problems;

  /** {@code headline} names the table; the message has each problem on an indented line below. */
  public IncompatibleTableException(String headline, List<String> problems) {
    super(
        problems.stream()
            .map(Printable::of)
            .collect(Collectors.joining("\n  ", headline + "\n  ", "")),
        Remedy.FIX_TABLE,
        null,
        null);
    this.problems = List.copyOf(problems);
  }

  /** All problems that were found, one each. */
  public List<String> problems() {
    return problems;
  }
}
