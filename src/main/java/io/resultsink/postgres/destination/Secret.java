package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.Serializable;
import java.util.Objects;

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
    this.text = Objects.requireNonNull(text);
  }

  /** The password itself. It becomes part of the serialized transform; prefer a reference. */
  public static Secret of(String password) {
    return new Secret(Kind.LITERAL, password);
  }

  /** The value of an environment variable of the worker. */
  public static Secret env(String variable) {
    return new Secret(Kind.ENVIRONMENT, variable);
  }

  /** The first line of a file that the worker can read, of any file system that Beam knows. */
  public static Secret file(String path) {
    return new Secret(Kind.FILE, path);
  }

  /**
   * A reference as the command line writes it: {@code env:NAME} or {@code file:PATH}.
   *
   * @throws InvalidTargetException for anything else, without repeating it
   */
  public static Secret parse(String reference) {
    throw new InvalidTargetException("to be written");
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
