package io.resultsink.postgres.destination;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A table's name, with its schema or, as the user may write it, without.
 *
 * @param schema null for a bare name that PostgreSQL is to find by its search path
 */
public record TableName(@Nullable String schema, String table) implements Serializable {

  /** Checks both names; see {@link Identifier}. */
  public TableName {
    new Identifier(table);
    if (schema != null) {
      new Identifier(schema);
    }
  }

  /** The name as SQL writes it, each part quoted. */
  public String quoted() {
    return schema == null
        ? Identifier.quote(table)
        : Identifier.quote(schema) + "." + Identifier.quote(table);
  }

  /** The name as messages show it: {@code schema.table}, unquoted. */
  @Override
  public String toString() {
    return schema == null ? table : schema + "." + table;
  }
}
