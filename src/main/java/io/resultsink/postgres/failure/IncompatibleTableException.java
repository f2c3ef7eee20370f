package io.resultsink.postgres.failure;

import java.util.List;

/** The preflight refused the write: the target is untouched, and nothing was staged. */
public final class IncompatibleTableException extends ResultSinkException {

  private final List<String> problems;

  /** {@code headline} names the table; the message has each problem on an indented line below. */
  public IncompatibleTableException(String headline, List<String> problems) {
    super(headline + "\n  " + String.join("\n  ", problems), Remedy.FIX_TABLE, null, null);
    this.problems = List.copyOf(problems);
  }

  /** All problems that were found, one each. */
  public List<String> problems() {
    return problems;
  }
}
