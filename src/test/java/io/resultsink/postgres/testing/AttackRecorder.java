package io.resultsink.postgres.testing;

import io.resultsink.postgres.destination.WriteMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes a line for each test under torture, its cells separated by tabs: {@code attack}, its name,
 * mode, times tried, violations, longest wait of a reader in milliseconds, seed; or, of a {@link
 * Measure}, {@code measure}, its three texts, 1 when it was caught, seed. {@link AttackTable}
 * prints them.
 */
public final class AttackRecorder implements InvocationInterceptor, TestWatcher {

  /** What a line begins with. */
  static final String ATTACK = "attack";

  static final String MEASURE = "measure";

  /** The lines of an attack that is under way, by whether it will have held. */
  private static final ExtensionContext.Namespace ATTACKS =
      ExtensionContext.Namespace.create(AttackRecorder.class);

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    record(invocation, test, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    record(invocation, test, context);
  }

  /** A test that could not attack here, such as one that lacks a program; tried no time at all. */
  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    String report = System.getProperty(Torture.REPORT);
    if (report != null) {
      String attack = sentence(context.getRequiredTestClass(), context.getRequiredTestMethod());
      String skipped = attack + " [SKIPPED: " + cause.getMessage() + "]";
      write(
          Path.of(report),
          String.join("\t", ATTACK, skipped, "", "0", "0", "", Long.toString(Torture.seed())));
    }
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    writeOutcome(context, true);
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    writeOutcome(context, false);
  }

  private static void writeOutcome(ExtensionContext context, boolean held) {
    String line = context.getStore(ATTACKS).get(held, String.class);
    if (line != null) {
      write(Path.of(System.getProperty(Torture.REPORT)), line);
    }
  }

  private static void record(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    if (System.getProperty(Torture.REPORT) == null) {
      invocation.proceed();
      return;
    }
    Torture.Attack attack = new Torture.Attack();
    Torture.CURRENT.set(attack);
    try {
      invocation.proceed();
    } finally {
      Torture.CURRENT.remove();
      context.getStore(ATTACKS).put(true, line(test, attack, true));
      context.getStore(ATTACKS).put(false, line(test, attack, false));
    }
  }

  private static String line(
      ReflectiveInvocationContext<Method> test, Torture.Attack attack, boolean held) {
    String seed = Long.toString(Torture.seed());
    Measure measure = test.getExecutable().getAnnotation(Measure.class);
    if (measure != null) {
      return String.join(
          "\t",
          MEASURE,
          measure.value(),
          measure.disabledBy(),
          measure.attack(),
          held ? "1" : "0",
          seed);
    }
    return String.join(
        "\t",
        ATTACK,
        sentence(test.getTargetClass(), test.getExecutable()),
        mode(test),
        Long.toString(attack.tried),
        held ? "0" : "1",
        attack.longestWait == null ? "" : "" + attack.longestWait.toMillis(),
        seed);
  }

  /** A test's name in words, after its class's. */
  private static String sentence(Class<?> type, Method test) {
    return words(type.getSimpleName().replaceAll("(IT|Test)$", "")) + ": " + words(test.getName());
  }

  private static String words(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  private static String mode(ReflectiveInvocationContext<Method> test) {
    for (Object argument : test.getArguments()) {
      if (argument instanceof WriteMode mode) {
        return mode.option();
      }
    }
    return "";
  }

  private static synchronized void write(Path report, String line) {
    try {
      Files.createDirectories(report.getParent());
      Files.writeString(
          report,
          line + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
