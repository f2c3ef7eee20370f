package io.resultsink.pipelines.launch;

import io.resultsink.pipelines.engine.QueryFailedException;
import io.resultsink.pipelines.query.InputException;
import io.resultsink.pipelines.query.QueryException;
import io.resultsink.pipelines.query.beamsql.ValueException;
import io.resultsink.pipelines.registry.RegistryException;
import io.resultsink.pipelines.schedule.ScheduleDatabaseException;
import io.resultsink.pipelines.schedule.ScheduleException;
import io.resultsink.postgres.failure.IncompatibleTableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.annotations.Internal;
import org.jspecify.annotations.Nullable;

/**
 * The error that matters, found among the exceptions that runners wrap around it.
 *
 * @param expected whether its message is for users; for another error, the log has more
 */
@Internal
public record Failure(int exitCode, String message, boolean expected) {

  /** Finds the error in an exception of a runner. */
  public static Failure of(Throwable thrown) {
    List<Throwable> chain = chain(thrown);
    for (Throwable cause : chain) {
      Failure ours = ours(cause);
      if (ours != null) {
        return ours;
      }
    }
    for (Throwable cause : chain) {
      if (cause instanceof OutOfMemoryError) {
        return new Failure(
            ExitCode.FAILED,
            "not enough memory; give Java more, JAVA_TOOL_OPTIONS=-Xmx4g, or use another runner",
            true);
      }
    }
    return new Failure(ExitCode.FAILED, describe(chain.get(chain.size() - 1)), false);
  }

  private static @Nullable Failure ours(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof IncompatibleTableException) {
      return new Failure(ExitCode.REFUSED, message, true);
    }
    if (cause instanceof InvalidTargetException
        || cause instanceof QueryException
        || cause instanceof RegistryException
        || cause instanceof ScheduleException
        || cause instanceof UsageException) {
      return new Failure(ExitCode.USAGE, message, true);
    }
    if (cause instanceof ResultSinkException
        || cause instanceof InputException
        || cause instanceof QueryFailedException
        || cause instanceof ValueException
        || cause instanceof ScheduleDatabaseException
        || cause instanceof RunException) {
      return new Failure(ExitCode.FAILED, message, true);
    }
    return serialized(cause);
  }

  /**
   * Reads an exception that Flink sent as text, of which only the class's name and the message are
   * left.
   */
  private static @Nullable Failure serialized(Throwable cause) {
    String name = SerializedCause.className(cause);
    if (name == null) {
      return null;
    }
    String message = SerializedCause.message(cause, name);
    if (name.equals(IncompatibleTableException.class.getName())) {
      return new Failure(ExitCode.REFUSED, message, true);
    }
    boolean ofSink = name.startsWith(ResultSinkException.class.getPackageName() + ".");
    return ofSink
            || name.equals(InputException.class.getName())
            || name.equals(QueryFailedException.class.getName())
            || name.equals(ValueException.class.getName())
        ? new Failure(ExitCode.FAILED, message, true)
        : null;
  }

  private static List<Throwable> chain(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    Throwable next = thrown;
    while (next != null && seen.add(next)) {
      chain.add(next);
      Throwable original = SerializedCause.original(next);
      next = original == null ? next.getCause() : original;
    }
    return chain;
  }

  private static String describe(Throwable root) {
    String message = root.getMessage();
    String type = root.getClass().getSimpleName();
    if (message == null || message.isBlank()) {
      return type;
    }
    String first = message.lines().findFirst().orElse(message);
    boolean speaks =
        root instanceof IllegalArgumentException || root instanceof IllegalStateException;
    return speaks ? first : type + ": " + first;
  }
}
