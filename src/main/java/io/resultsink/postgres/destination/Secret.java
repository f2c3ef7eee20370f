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
 * A password, or better a reference to one, that cannot be printed.
 *
 * <p>A reference is resolved where a connection is opened, on the worker. A literal travels inside
 * the serialized transform only.
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
   * The password itself. It becomes part of the serialized transform; prefer a reference.
   *
   * @throws InvalidTargetException when it is empty, or no server could take it
   */
  public static Secret of(String password) {
    if (password.isEmpty()) {
      throw new InvalidTargetException("the password is empty; leave it out when there is none");
    }
    return new Secret(Kind.LITERAL, StorableText.check("the password", password));
  }

  /**
   * The value of an environment variable of the worker.
   *
   * @throws InvalidTargetException when no variable can have this name
   */
  public static Secret env(String variable) {
    if (variable.isEmpty() || variable.indexOf('=') >= 0 || variable.indexOf('\0') >= 0) {
      throw new InvalidTargetException(
          "the password's environment variable has no valid name; write env:NAME");
    }
    return new Secret(Kind.ENVIRONMENT, variable);
  }

  /**
   * The first line of a file that the worker can read, of any file system that Beam knows.
   *
   * @throws InvalidTargetException when {@code path} is empty
   */
  public static Secret file(String path) {
    if (path.isEmpty()) {
      throw new InvalidTargetException("the password's file has no path; write file:PATH");
    }
    // Beam takes a local file's URI in patterns, but not in the name of one file.
    return new Secret(Kind.FILE, path.startsWith("file:///") ? path.substring(7) : path);
  }

  /**
   * A reference as the command line writes it: {@code env:NAME} or {@code file:PATH}.
   *
   * @throws InvalidTargetException for anything else, without repeating it
   */
  public static Secret parse(String reference) {
    if (reference.startsWith("env:")) {
      return env(reference.substring("env:".length()));
    }
    if (reference.startsWith("file:")) {
      return file(reference.substring("file:".length()));
    }
    throw new InvalidTargetException(
        "a password reference is env:NAME or file:PATH; what was given is neither, and is not"
            + " repeated here in case it is the password itself");
  }

  /**
   * The password, for the driver alone. References are looked up anew each time, so that a password
   * that was changed is found.
   *
   * @throws DatabaseUnavailableException naming the variable or the file that has none
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
              + " cannot be read where the connection is opened; is it there, for the"
              + " workers too?",
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

  /** The reference as {@link #parse} reads it; empty when this is the password itself. */
  @Internal
  public Optional<String> reference() {
    return switch (kind) {
      case LITERAL -> Optional.empty();
      case ENVIRONMENT -> Optional.of("env:" + text);
      case FILE -> Optional.of("file:" + text);
    };
  }

  /**
   * A line of {@code .pgpass}, for a file that its owner alone can read, and nothing else.
   *
   * @param address the fields before the password, escaped, with a colon after each
   * @throws InvalidTargetException when the file's format cannot keep the password
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
