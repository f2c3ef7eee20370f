package io.resultsink.postgres.internal.column;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The type of an existing column, from pg_type.
 *
 * @param sql the type as SQL writes it with an empty search path, modifier included: {@code
 *     numeric(10,2)}, {@code public.mood}; from format_type, so safe in a statement
 * @param schema the type's schema, {@code pg_catalog} for built-in types
 * @param name pg_type.typname, such as {@code int8}, {@code varchar}, {@code _text}
 * @param modifier pg_attribute.atttypmod (or a domain's typtypmod), -1 for none
 * @param kind pg_type.typtype: b base, d domain, e enum, c composite, r range, m multirange
 * @param base a domain's type, else null
 * @param element an array's element type (with the array's modifier), else null
 * @param parts the types of a composite's attributes, of a range's or multirange's bounds, else
 *     none
 */
public record PostgresType(
    String sql,
    String schema,
    String name,
    int modifier,
    char kind,
    @Nullable PostgresType base,
    @Nullable PostgresType element,
    List<PostgresType> parts) {

  /** Creates a type without parts. */
  public PostgresType(
      String sql,
      String schema,
      String name,
      int modifier,
      char kind,
      @Nullable PostgresType base,
      @Nullable PostgresType element) {
    this(sql, schema, name, modifier, kind, base, element, List.of());
  }

  /**
   * Returns the type as SQL writes it under any search path. Under an empty one, format_type names
   * no schema for PostgreSQL's own types. Some of these are keywords; the others need the schema.
   */
  String qualified() {
    PostgresType one = element != null && name.equals("_" + element.name()) ? element : null;
    String scalar = one == null ? name : one.name();
    String bare = one == null ? sql : sql.substring(0, sql.indexOf('['));
    boolean isName = bare.equals(scalar) || bare.equals('"' + scalar + '"');
    return schema.equals("pg_catalog") && isName ? schema + "." + sql : sql;
  }
}
