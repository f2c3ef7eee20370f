package io.resultsink.pipelines.runner;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A process beside the test's, with all that it starts. It is killed when it is closed, and at the
 * latest with the test JVM. What it says is kept in {@code target/processes}.
 */
final class OwnProcess implements AutoCloseable {

  private static final Path KEPT = Path.of("target", "processes");

  /**
   * What Flink and Beam open of the JDK, as this JVM was given it, and a heap for a small machine.
   */
  private static final List<String> JVM =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.language=en");

  private final String name;
  private final Process process;
  private final Path out;
  private final Path err;
  private final Thread atExit = new Thread(this::kill);

  private OwnProcess(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Runs a command in the module's folder. */
  static OwnProcess of(String name, Map<String, String> environment, List<String> command) {
    try {
      Files.createDirectories(KEPT);
      Path out = Files.createTempFile(KEPT, name + "-", ".out");
      Path err = Path.of(out.toString().replaceFirst("\\.out$", ".err"));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      return new OwnProcess(name, builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a class in a JVM of its own. */
  static OwnProcess java(String name, String classPath, String main, String... arguments) {
    return java(name, Map.of(), classPath, main, arguments);
  }

  /** As {@link #java(String, String, String, String...)}, with more variables. */
  static OwnProcess java(
      String name,
      Map<String, String> environment,
      String classPath,
      String main,
      String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(opens());
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(List.of(arguments));
    return of(name, environment, command);
  }

  private static List<String> opens() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .toList();
  }

  /** The class path of the tests, or what of it {@code wanted} finds in a jar's path. */
  static String classPath(Predicate<String> wanted) {
    String[] all = System.getProperty("java.class.path").split(File.pathSeparator);
    return String.join(File.pathSeparator, Arrays.stream(all).filter(wanted).toList());
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** It and all that it has started. */
  List<ProcessHandle> all() {
    List<ProcessHandle> handles = new ArrayList<>(process.descendants().toList());
    handles.add(process.toHandle());
    return handles;
  }

  /** Waits for something else, as long as this process lives. */
  void whileAlive(String what, Duration patience, BooleanSupplier condition) {
    await()
        .alias(what)
        .atMost(patience)
        .until(
            () -> {
              if (condition.getAsBoolean()) {
                return true;
              }
              if (!isAlive()) {
                throw new AssertionError(name + " ended before " + what + ":\n" + out() + err());
              }
              return false;
            });
  }

  /** Waits for its end. */
  int exitCode(Duration patience) {
    await().alias("the end of " + name).atMost(patience).until(() -> !isAlive());
    return process.exitValue();
  }

  /** As {@code kill -9} does. */
  void kill() {
    all().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    kill();
    process.onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // It is the JVM's end that closes.
    }
  }
}
