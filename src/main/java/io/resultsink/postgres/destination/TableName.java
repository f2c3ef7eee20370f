package io.resultsink.postgres.destination;

import io.resultsink.postgres.failure.InvalidTargetException;
import io.resultsink.postgres.failure.Printable;
import io.resultsink.postgres.internal.url.Identifier;
import io.resultsink.postgres.internal.url.PercentEncoding;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A table's name, with or without its schema.
 *
 * @param schema null for a bare name, which PostgreSQL finds by the search path
 */
public record TableName(@Nullable String schema, String table) implements Serializable {

  /** Checks both names; see {@link Identifier}. */
  public TableName {
    new Identifier(table);
    if (schema != null) {
      new Identifier(schema);
    }
  }

  /**
   * Reads {@code table} or {@code schema.table} as a URL writes it: percent-encoded, with a dot of
   * a name as {@code %2E}.
   *
   * @throws InvalidTargetException if it is not one or two names
   */
  public static TableName parse(String encoded) {
    String[] parts = encoded.split("\\.", -1);
    if (parts.length > 2) {
      throw new InvalidTargetException(
          "the table has "
              + (parts.length - 1)
              + " dots; write table or schema.table, and a dot that belongs to a name as %2E");
    }
    String table = decode("the table", parts[parts.length - 1]);
    return new TableName(parts.length == 1 ? null : decode("the table's schema", parts[0]), table);
  }

  private static String decode(String what, String encoded) {
    return Identifier.check(what, PercentEncoding.decode(what, encoded));
  }

  /** Returns the text that {@link #parse} reads. */
  public String encoded() {
    return schema == null ? encode(table) : encode(schema) + "." + encode(table);
  }

  private static String encode(String name) {
    return PercentEncoding.encode(name).replace(".", "%2E");
  }

  /** Returns the name as SQL writes it, each part quoted. */
  public String quoted() {
    return schema == null
        ? Identifier.quote(table)
        : Identifier.quote(schema) + "." + Identifier.quote(table);
  }

  /** Returns the name as messages show it: {@code schema.table}, unquoted. */
  @Override
  public String toString() {
    return Printable.of(schema == null ? table : schema + "." + table);
  }
}
