package io.resultsink.postgres.internal.column;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;

/**
 * A value of one of PostgreSQL's own types, as that type's send function writes it.
 *
 * <p>Between two servers nothing is lost on the way, also where Java has no such value: infinities,
 * an array's lower bounds, the 24:00 of a day. A column of the same type takes the bytes as they
 * are.
 */
@Internal
public final class PostgresBinary extends PostgresValue<byte[]> {

  private static final long serialVersionUID = 1;

  private static final Schema ARGUMENT =
      Schema.builder().addStringField("name").addInt32Field("modifier").build();

  private final String name;
  private final int modifier;

  private PostgresBinary(String name, int modifier) {
    super("resultsink:postgres_binary:v1", FieldType.BYTES, ARGUMENT, name, modifier);
    this.name = name;
    this.modifier = modifier;
  }

  /**
   * The type of a column.
   *
   * @param name pg_type.typname of a type in pg_catalog, such as {@code numeric} or {@code _inet}
   * @param modifier pg_attribute.atttypmod, -1 for none
   * @throws IllegalArgumentException when no type of PostgreSQL's own has such a name
   */
  public static PostgresBinary of(String name, int modifier) {
    BuiltInType.sql(name, modifier);
    return new PostgresBinary(name, modifier);
  }

  @Override
  PostgresType type() {
    return BuiltInType.of(name, modifier);
  }
}
