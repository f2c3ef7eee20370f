package io.resultsink.postgres.testing;

import io.resultsink.postgres.failure.ResultSinkException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.flink.util.SerializedThrowable;

/** What runners wrap around a failure, taken off. */
public final class Failures {

  private Failures() {}

  /** The sink's own exception; what was thrown instead becomes the cause of an AssertionError. */
  public static ResultSinkException rootSinkFailure(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> pending = new ArrayDeque<>();
    pending.add(thrown);
    while (!pending.isEmpty()) {
      Throwable next = pending.remove();
      if (next instanceof ResultSinkException failure) {
        return failure;
      }
      if (!seen.add(next)) {
        continue;
      }
      if (next instanceof SerializedThrowable serialized) {
        pending.add(serialized.deserializeError(Failures.class.getClassLoader()));
      }
      if (next.getCause() != null) {
        pending.add(next.getCause());
      }
      Collections.addAll(pending, next.getSuppressed());
    }
    throw new AssertionError("no failure of the sink's own", thrown);
  }

  /** Messages and frames of a failure with all its causes, to look for what must not be there. */
  public static String everythingSaid(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
