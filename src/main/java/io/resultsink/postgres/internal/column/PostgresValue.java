package io.resultsink.postgres.internal.column;

import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.values.Row;

/**
 * The Beam type of a field that names a PostgreSQL type and has its values as they came from the
 * server.
 */
abstract sealed class PostgresValue<T> implements LogicalType<T, T>
    permits PostgresBinary, PostgresText {

  private static final long serialVersionUID = 1;

  private final String identifier;
  private final FieldType base;
  private final Row argument;

  PostgresValue(String identifier, FieldType base, Schema schema, Object... argument) {
    this.identifier = identifier;
    this.base = base;
    this.argument = Row.withSchema(schema).addValues(argument).build();
  }

  /** Returns the named type. */
  abstract PostgresType type();

  @Override
  public final String getIdentifier() {
    return identifier;
  }

  @Override
  public final FieldType getArgumentType() {
    return FieldType.row(argument.getSchema());
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // required by the interface
  @Override
  public final <A> A getArgument() {
    @SuppressWarnings("unchecked")
    A given = (A) argument;
    return given;
  }

  @Override
  public final FieldType getBaseType() {
    return base;
  }

  @Override
  public final T toBaseType(T input) {
    return input;
  }

  @Override
  public final T toInputType(T value) {
    return value;
  }

  @Override
  public final String toString() {
    return type().sql();
  }
}
