package io.resultsink.postgres.internal.column;

import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;

/**
 * The Beam type of values of PostgreSQL's own types, in the form of the type's send function.
 *
 * <p>Nothing is lost between two servers, not even values that Java does not have: infinities, an
 * array's lower bounds, the time 24:00. A column of the same type gets the bytes as they are.
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
   * Creates the type of a column.
   *
   * @param name pg_type.typname of a type in pg_catalog, such as {@code numeric} or {@code _inet}
   * @param modifier pg_attribute.atttypmod, -1 for none
   * @throws IllegalArgumentException if no type in pg_catalog has the name
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
