package io.resultsink.pipelines.launch;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.apache.beam.sdk.annotations.Internal;

/**
 * The signals INT (Ctrl-C) and TERM, handled without ending the JVM at once, so that a second
 * signal still arrives.
 *
 * <p>The JDK offers this only by an internal class, about which its compiler warns.
 */
@Internal
public final class Signals {

  private Signals() {}

  /** Calls {@code action} at each signal, from now on. */
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
