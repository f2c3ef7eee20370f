package io.resultsink.pipelines.launch;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Flink's {@code SerializedThrowable}, for exceptions whose classes the receiver may lack. It is
 * called by name, because not every bundle has Flink.
 */
final class SerializedCause {

  private static final String TYPE = "SerializedThrowable";

  private SerializedCause() {}

  private static boolean is(Throwable cause) {
    return cause.getClass().getSimpleName().equals(TYPE);
  }

  /** Returns the exception that was sent; null if it cannot be restored. */
  static @Nullable Throwable original(Throwable cause) {
    if (!is(cause)) {
      return null;
    }
    Object original =
        call(cause, "deserializeError", ClassLoader.class, SerializedCause.class.getClassLoader());
    return original != cause && original instanceof Throwable thrown ? thrown : null;
  }

  /** Returns the name of its class; null if {@code cause} is another exception. */
  static @Nullable String className(Throwable cause) {
    return is(cause) && call(cause, "getOriginalErrorClassName", null, null) instanceof String name
        ? name
        : null;
  }

  /** Returns its message, without the class's name that Flink adds. */
  static String message(Throwable cause, String className) {
    String message = String.valueOf(cause.getMessage());
    String prefix = className + ": ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  private static @Nullable Object call(
      Throwable cause, String method, @Nullable Class<?> type, @Nullable Object argument) {
    try {
      return type == null
          ? cause.getClass().getMethod(method).invoke(cause)
          : cause.getClass().getMethod(method, type).invoke(cause, argument);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return null;
    }
  }
}
