package io.resultsink.pipelines.launch;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline options that Beam knows by name. At its first use, Beam compares the options of all
 * libraries, which takes longer than a small query. So they are registered only if needed.
 */
final class KnownOptions {

  /** The registrar of the DirectRunner. Options of the core are known when they are used. */
  private static final String OF_DIRECT_RUNNER = "direct-runner-options";

  private static final String SERVICE =
      "META-INF/services/" + PipelineOptionsRegistrar.class.getName();

  private enum State {
    UNKNOWN,
    OF_DIRECT_RUNNER,
    ALL
  }

  private static State state = State.UNKNOWN;

  private KnownOptions() {}

  /** Registers at least the DirectRunner's options. */
  static synchronized void ofDirectRunner() {
    URL registrars = KnownOptions.class.getResource(OF_DIRECT_RUNNER);
    if (state != State.UNKNOWN || registrars == null) {
      return;
    }
    Thread thread = Thread.currentThread();
    @Nullable ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new RegistrarsLoader(registrars));
    try {
      PipelineOptionsFactory.getRegisteredOptions();
      state = State.OF_DIRECT_RUNNER;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Registers the options of all libraries. */
  static synchronized void all() {
    if (state == State.OF_DIRECT_RUNNER) {
      PipelineOptionsFactory.resetCache();
    }
    state = State.ALL;
  }

  /** A class loader that shows the registrars of one file instead of those of all libraries. */
  private static final class RegistrarsLoader extends ClassLoader {

    private final URL registrars;

    RegistrarsLoader(URL registrars) {
      super(KnownOptions.class.getClassLoader());
      this.registrars = registrars;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE)
          ? Collections.enumeration(Collections.singleton(registrars))
          : super.getResources(name);
    }
  }
}
