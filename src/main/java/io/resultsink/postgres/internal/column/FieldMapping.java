package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table of types: the kind of a Beam type's values, and the column that is created
 * for them.
 *
 * @param type the Beam type
 * @param kind the kind of value; ARRAY for an array
 * @param created the column's type in a table that the sink creates
 * @param reader from the Beam value to the kind's value; null if they are the same
 * @param element the innermost elements of an array, else null
 * @param dimensions of an array; else 0
 */
record FieldMapping(
    FieldType type,
    ValueKind kind,
    PostgresType created,
    @Nullable Function<Object, ?> reader,
    @Nullable FieldMapping element,
    int dimensions) {

  static FieldMapping of(FieldType type, ValueKind kind, PostgresType created) {
    return new FieldMapping(type, kind, created, null, null, 0);
  }

  /** Returns the same mapping for values that are converted first. */
  FieldMapping reading(Function<Object, ?> conversion) {
    return new FieldMapping(type, kind, created, conversion, element, dimensions);
  }

  /** Returns the same mapping for a Beam type from whose values this type's values are made. */
  FieldMapping withOuter(FieldType outerType, Function<Object, ?> conversion) {
    Function<Object, Object> both = value -> read(conversion.apply(value));
    return new FieldMapping(outerType, kind, created, both, element, dimensions);
  }

  /**
   * Returns the mapping of an array of {@code element}, which adds a dimension if that is an array.
   */
  static FieldMapping array(FieldType type, FieldMapping element) {
    FieldMapping innermost = element.element == null ? element : element.element;
    return new FieldMapping(
        type,
        ValueKind.ARRAY,
        CreatedType.arrayOf(innermost.created),
        element.kind == ValueKind.ARRAY && element.reader != null ? element::readAll : null,
        innermost,
        element.dimensions + 1);
  }

  /** Returns whether the Beam type names the PostgreSQL type of its values. */
  boolean isOfNamedType() {
    return isBinary() || type.getLogicalType() instanceof PostgresText;
  }

  /** Returns whether the values are in the binary form of that PostgreSQL type. */
  boolean isBinary() {
    return type.getLogicalType() instanceof PostgresBinary;
  }

  /** Returns the kind's value of a Beam value. */
  Object read(Object value) {
    return reader == null ? value : reader.apply(value);
  }

  private List<@Nullable Object> readAll(Object values) {
    List<@Nullable Object> read = new ArrayList<>();
    for (Object value : (Iterable<?>) values) {
      read.add(value == null ? null : read(value));
    }
    return read;
  }
}
