package io.resultsink.postgres.failure;

import java.util.List;
import java.util.stream.Collectors;

/** The refusal of a write by the preflight. The target is untouched. */
public final class IncompatibleTableException extends ResultSinkException {

  private final List<String> problems;

  /**
   * Creates one. {@code headline} names the table; the message has each problem on an indented line
   * below it.
   */
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

  /** Returns all problems, one text each. */
  public List<String> problems() {
    return problems;
  }
}
