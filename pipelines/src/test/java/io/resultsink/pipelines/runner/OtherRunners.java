package io.resultsink.pipelines.runner;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The class path of runners that neither the library nor the bundle has: the portable runner with
 * its job server, and Dataflow's. The build resolves it with {@code -Ptorture}.
 */
final class OtherRunners {

  private static final Path RESOLVED = Path.of("target", "other-runners.classpath");

  private OtherRunners() {}

  /** Of a process that knows these runners, and nothing of ours. */
  static String classPath() {
    try {
      return Files.readString(RESOLVED).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("build with -Ptorture, as make torture does", e);
    }
  }

  /** Of a pipeline's main class: these runners, then all that tests have. */
  static String classPathWithTests() {
    return classPath() + File.pathSeparator + OwnProcess.classPath(any -> true);
  }
}
