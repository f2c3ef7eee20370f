package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.UnencodableValueException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of tuples of a {@code COPY ... FROM STDIN (FORMAT binary)}.
 *
 * <p>Order of calls: {@link #header} once, then for each row {@link #startRow} and {@link #field}
 * for each column in order, then {@link #trailer} once. A refused value removes its row from the
 * buffer.
 */
public final class RowEncoder {

  /**
   * A column.
   *
   * @param type the column's type as messages name it
   */
  public record Field(String column, String type, boolean notNull, FieldEncoder encoder) {}

  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };

  private final Field[] fields;

  /** Creates an encoder of rows of these columns, in this order. */
  public RowEncoder(List<Field> fields) {
    this.fields = fields.toArray(Field[]::new);
  }

  /** Writes the beginning of the stream: the signature, no flags, no extension. */
  public static void header(CopyBuffer buffer) {
    buffer.putBytes(SIGNATURE);
    buffer.putInt(0);
    buffer.putInt(0);
  }

  /** Writes the end of the stream, without which the server waits for more. */
  public static void trailer(CopyBuffer buffer) {
    buffer.putShort(-1);
  }

  /** Starts a row. */
  public void startRow(CopyBuffer buffer) {
    buffer.startRow();
    buffer.putShort(fields.length);
  }

  /**
   * Appends the next column's value.
   *
   * @throws UnencodableValueException naming the column, if its type cannot have the value
   */
  public void field(int index, @Nullable Object value, CopyBuffer buffer) {
    Field field = fields[index];
    try {
      if (value != null) {
        field.encoder.encode(value, buffer);
      } else if (field.notNull) {
        throw new RefusedValueException("it is NULL, and the column is NOT NULL");
      } else {
        buffer.putInt(-1);
      }
    } catch (RefusedValueException e) {
      throw refused(field, String.valueOf(e.getMessage()), buffer);
    } catch (ClassCastException e) {
      throw refused(
          field, "it is, or contains, an object that its Beam type does not allow", buffer);
    }
  }

  private static UnencodableValueException refused(Field field, String reason, CopyBuffer buffer) {
    buffer.dropRow();
    return new UnencodableValueException(field.column, field.type, reason);
  }
}
