package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.DatabaseUnavailableException;
import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.ResultSinkException.Remedy;
import io.resultsink.postgres.internal.url.StorableText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/**
 * A password or, better, a reference to one. Its text form never shows it.
 *
 * <p>The worker resolves a reference when it opens a connection. A literal password travels only
 * inside of the serialized transform.
 */
public final class Secret implements Serializable {

  private enum Kind {
    LITERAL,
    ENVIRONMENT,
    FILE
  }

  private final Kind kind;
  private final String text;

  private Secret(Kind kind, String text) {
    this.kind = kind;
    this.text = text;
  }

  /**
   * Creates a secret from the password itself, which becomes part of the serialized transform;
   * prefer a reference.
   *
   * @throws InvalidTargetException if it is empty, or no server could accept it
   */
  public static Secret of(String password) {
    if (password.isEmpty()) {
      throw new InvalidTargetException("the password is empty; leave it out when there is none");
    }
    return new Secret(Kind.LITERAL, StorableText.check("the password", password));
  }

  /**
   * Creates a reference to an environment variable of the worker.
   *
   * @throws InvalidTargetException if no variable can have this name
   */
  public static Secret env(String variable) {
    if (variable.isEmpty() || variable.indexOf('=') >= 0 || variable.indexOf('\0') >= 0) {
      throw new InvalidTargetException(
          "the password's environment variable has no valid name; write env:NAME");
    }
    return new Secret(Kind.ENVIRONMENT, variable);
  }

  /**
   * Creates a reference to the first line of a file that the worker can read, in any file system
   * that Beam knows.
   *
   * @throws InvalidTargetException if {@code path} is empty
   */
  public static Secret file(String path) {
    if (path.isEmpty()) {
      throw new InvalidTargetException("the password's file has no path; write file:PATH");
    }
    // Beam accepts a local file's URI in patterns, but not as the name of one file.
    return new Secret(Kind.FILE, path.startsWith("file:///") ? path.substring(7) : path);
  }

  /**
   * Reads a reference: {@code env:NAME} or {@code file:PATH}.
   *
   * @throws InvalidTargetException for any other text, which the message does not show
   */
  public static Secret parse(String reference) {
    if (reference.startsWith("env:")) {
      return env(reference.substring("env:".length()));
    }
    if (reference.startsWith("file:")) {
      return file(reference.substring("file:".length()));
    }
    throw new InvalidTargetException(
        "a password reference is env:NAME or file:PATH; the given text is neither, and is not"
            + " shown, because it may be the password");
  }

  /**
   * Returns the password, for the driver only. Looks up a reference each time, so that a changed
   * password is found.
   *
   * @throws DatabaseUnavailableException naming the variable or the file without a password
   */
  public String resolve() {
    return resolve(System::getenv);
  }

  public String resolve(Function<String, @Nullable String> environment) {
    return switch (kind) {
      case LITERAL -> text;
      case ENVIRONMENT -> fromEnvironment(environment.apply(text));
      case FILE -> fromFile();
    };
  }

  private String fromEnvironment(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      throw unresolved(
          "environment variable "
              + text
              + " is "
              + (value == null ? "not set" : "empty")
              + " where the connection is opened; set it for the workers",
          null);
    }
    return value;
  }

  private String fromFile() {
    String line;
    try (ReadableByteChannel file = FileSystems.open(FileSystems.matchNewResource(text, false));
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    Channels.newInputStream(file), StandardCharsets.UTF_8.newDecoder()))) {
      line = reader.readLine();
    } catch (CharacterCodingException e) {
      throw unresolved("file " + text + " is not text in UTF-8", null);
    } catch (IOException | IllegalArgumentException e) {
      throw unresolved(
          "file "
              + text
              + " cannot be read where the connection is opened; check that every worker has it",
          e);
    }
    if (line == null || line.isEmpty()) {
      throw unresolved("file " + text + " has no password in its first line", null);
    }
    return line;
  }

  private static DatabaseUnavailableException unresolved(
      String problem, @Nullable Throwable cause) {
    return new DatabaseUnavailableException(
        "no password: " + problem, Remedy.FIX_CONFIGURATION, null, cause);
  }

  /** Returns the reference as {@link #parse} reads it; empty if this is the password itself. */
  @Internal
  public Optional<String> reference() {
    return switch (kind) {
      case LITERAL -> Optional.empty();
      case ENVIRONMENT -> Optional.of("env:" + text);
      case FILE -> Optional.of("file:" + text);
    };
  }

  /**
   * Returns a line of {@code .pgpass}, only for a file that nobody but its owner can read.
   *
   * @param address the fields before the password, escaped, with a colon after each
   * @throws InvalidTargetException if the file's format cannot have the password
   */
  @Internal
  public String passwordFileLine(String address) {
    if (kind != Kind.LITERAL || text.chars().anyMatch(c -> c == '\n' || c == '\r')) {
      throw new InvalidTargetException(
          "the password cannot be kept in a password file: it has a line break; use file:PATH");
    }
    return address + text.replace("\\", "\\\\").replace(":", "\\:");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && kind == that.kind && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, text);
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
