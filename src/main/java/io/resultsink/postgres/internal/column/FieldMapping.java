package io.resultsink.postgres.internal.column;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A line of the type table: what the values of a Beam type are, and the column that is created for
 * them.
 *
 * @param type the Beam type
 * @param kind an array's is ARRAY, and the innermost elements' is in {@code element}
 * @param created the column's type in a table that the sink creates
 * @param reader from the Beam value to the kind's, null when they are the same
 * @param element what the arrays of an array hold in the end, else null
 * @param dimensions 0 for what is no array
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

  /** The same, for values that are to be converted first. */
  FieldMapping reading(Function<Object, ?> conversion) {
    return new FieldMapping(type, kind, created, conversion, element, dimensions);
  }

  /** The same for a Beam type whose values this one's are made from. */
  FieldMapping withOuter(FieldType outerType, Function<Object, ?> conversion) {
    Function<Object, Object> both = value -> read(conversion.apply(value));
    return new FieldMapping(outerType, kind, created, both, element, dimensions);
  }

  /** An array of values of {@code element}, or of arrays when that is one already. */
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

  /** Returns whether the Beam type says which PostgreSQL type its values are of. */
  boolean isOfNamedType() {
    return isBinary() || type.getLogicalType() instanceof PostgresText;
  }

  /** Returns whether the values are in that type's binary form. */
  boolean isBinary() {
    return type.getLogicalType() instanceof PostgresBinary;
  }

  /** A value of the kind's class, of a Beam value. */
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
