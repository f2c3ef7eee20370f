package io.resultsink.pipelines.launch;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Reflective calls of runners' classes, which not every bundle has. */
final class ReflectiveCall {

  private ReflectiveCall() {}

  /** Returns the result of a public method without parameters; null if there is no such method. */
  static @Nullable Object on(Object object, String method) {
    try {
      Method found = object.getClass().getMethod(method);
      // Needed because runners implement interfaces by classes that are not public.
      found.setAccessible(true);
      return found.invoke(object);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Returns the value of a private field. */
  static Object field(Object object, String name) {
    try {
      Field field = object.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (NoSuchFieldException | IllegalAccessException e) {
      throw new IllegalStateException(
          object.getClass().getName() + " has no " + name + "; its version is not supported", e);
    }
  }
}
