package io.resultsink.pipelines.launch;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.apache.beam.sdk.annotations.Internal;

/**
 * Ctrl-C and the wish of the operating system that this process ends, without the JVM ending at
 * once: a second one still arrives.
 *
 * <p>The JDK has no other way than a class of its own, which its compiler warns of.
 */
@Internal
public final class Signals {

  private Signals() {}

  /** Calls {@code action} at each of them, from now on. */
  public static void handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler calls =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          };
      Object ours =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, calls);
      for (String name : new String[] {"INT", "TERM"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java does not let signals be handled", e);
    }
  }
}
