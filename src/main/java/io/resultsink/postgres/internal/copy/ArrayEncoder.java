package io.resultsink.postgres.internal.copy;

import java.util.Arrays;

/**
 * The encoder of an array: its dimensions, and then all elements as fields.
 *
 * <p>A nested array has several dimensions. Its inner arrays have the same length, and none of them
 * is NULL. PostgreSQL's empty array has no dimensions.
 */
public final class ArrayEncoder implements FieldEncoder {

  /** MAXDIM in PostgreSQL. */
  public static final int MOST_DIMENSIONS = 6;

  /** MaxArraySize in PostgreSQL. */
  private static final int MOST_ELEMENTS = 0x3fffffff / 8;

  private static final int DIMENSION_HEADER = 8;
  private static final int HEADER = 12;

  private final int elementOid;
  private final FieldEncoder element;
  private final int dimensions;

  /**
   * Encodes {@link Iterable}s, of Iterables where there are more dimensions.
   *
   * @param elementOid the OID of the elements' type, which the format names
   * @param element for the values of the innermost ones
   */
  public ArrayEncoder(int elementOid, FieldEncoder element, int dimensions) {
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw new IllegalArgumentException("arrays have 1 to 6 dimensions, not " + dimensions);
    }
    this.elementOid = elementOid;
    this.element = element;
    this.dimensions = dimensions;
  }

  @Override
  public void encode(Object value, CopyBuffer buffer) {
    int field = buffer.startField();
    int header = buffer.size();
    buffer.putInt(dimensions);
    buffer.putInt(0);
    buffer.putInt(elementOid);
    for (int i = 0; i < dimensions; i++) {
      buffer.putInt(-1);
      buffer.putInt(1);
    }
    int[] lengths = new int[dimensions];
    Arrays.fill(lengths, -1);
    putElements((Iterable<?>) value, 0, lengths, header, buffer);
    finishHeader(header, lengths, buffer);
    buffer.endField(field);
  }

  private void putElements(
      Iterable<?> values, int dimension, int[] lengths, int header, CopyBuffer buffer) {
    int count = 0;
    for (Object value : values) {
      count++;
      if (dimension < dimensions - 1) {
        if (value == null) {
          throw new RefusedValueException("an array inside the array is NULL");
        }
        putElements((Iterable<?>) value, dimension + 1, lengths, header, buffer);
      } else if (value == null) {
        buffer.putInt(-1);
        buffer.setInt(header + 4, 1);
      } else {
        element.encode(value, buffer);
      }
    }
    if (lengths[dimension] < 0) {
      lengths[dimension] = count;
    } else if (lengths[dimension] != count) {
      throw new RefusedValueException("the arrays inside the array have different lengths");
    }
  }

  private void finishHeader(int header, int[] lengths, CopyBuffer buffer) {
    if (lengths[0] == 0) {
      buffer.truncate(header + HEADER);
      buffer.setInt(header, 0);
      return;
    }
    long elements = 1;
    for (int i = 0; i < dimensions; i++) {
      elements *= lengths[i];
      buffer.setInt(header + HEADER + i * DIMENSION_HEADER, lengths[i]);
    }
    if (elements == 0) {
      throw new RefusedValueException(
          "an array inside the array is empty, and PostgreSQL has only whole arrays without"
              + " elements");
    }
    if (elements > MOST_ELEMENTS) {
      throw new RefusedValueException("the array has more than " + MOST_ELEMENTS + " elements");
    }
  }
}
