package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import org.apache.beam.sdk.annotations.Internal;

/** The rule for run ids, which are part of log lines and of an index of the ledger. */
@Internal
public final class RunId {

  private static final int LONGEST = 200;

  private RunId() {}

  /**
   * Checks {@code runId} and returns it.
   *
   * @param what its name in the message, which never shows the id
   * @throws InvalidTargetException if it is too long, or has a control character
   */
  public static String check(String what, String runId) {
    StorableText.check(what, runId);
    int length = runId.codePointCount(0, runId.length());
    if (length > LONGEST) {
      throw new InvalidTargetException(
          what + " has " + length + " characters; use at most " + LONGEST);
    }
    runId
        .codePoints()
        .filter(RunId::endsLines)
        .findFirst()
        .ifPresent(
            c -> {
              throw new InvalidTargetException(
                  "%s has the control character U+%04X; use letters, digits and blanks"
                      .formatted(what, c));
            });
    return runId;
  }

  private static boolean endsLines(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
