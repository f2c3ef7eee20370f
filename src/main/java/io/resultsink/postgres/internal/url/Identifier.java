package io.resultsink.postgres.internal.url;

import io.resultsink.postgres.failure.InvalidTargetException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * A name of a PostgreSQL object, exactly as it is stored in the catalog.
 *
 * <p>Every name reaches SQL through {@link #quoted()}, so its case and its special characters stay.
 * A name longer than 63 bytes is an error, because <a
 * href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS">the
 * server would shorten it</a>.
 */
public record Identifier(String name) implements Serializable, Comparable<Identifier> {

  /** NAMEDATALEN - 1, in bytes of the server's encoding. */
  static final int LONGEST_NAME = 63;

  /** Refuses a text that cannot be a name. */
  public Identifier {
    if (name.isEmpty()) {
      throw new InvalidTargetException("a name is empty");
    }
    StorableText.check("a name", name);
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_NAME) {
      throw new InvalidTargetException(
          "name '"
              + name
              + "' has "
              + bytes
              + " bytes; PostgreSQL names have at most "
              + LONGEST_NAME);
    }
  }

  /**
   * Returns the name as SQL writes it: in double quotes, with double quotes inside of it doubled.
   */
  public String quoted() {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Refuses a text that cannot be a name; the message says which name it is. */
  public static String check(String what, String name) {
    try {
      return new Identifier(name).name();
    } catch (InvalidTargetException e) {
      throw new InvalidTargetException(what + ": " + e.getMessage());
    }
  }

  /** Returns {@code new Identifier(name).quoted()}. */
  public static String quote(String name) {
    return new Identifier(name).quoted();
  }

  @Override
  public int compareTo(Identifier other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
