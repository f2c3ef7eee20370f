package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;
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
   * @throws io.resultsink.postgres.failure.UnencodableValueException naming the column when its
   *     type does not hold the value
   */
  public void field(int index, @Nullable Object value, CopyBuffer buffer) {
    Refusal refusal = tryField(index, value, buffer);
    if (refusal != null) {
      throw refusal.exception();
    }
  }

  /**
   * As {@link #field}, for those who go on without the row.
   *
   * @return null, or why the row was taken out
   */
  public @Nullable Refusal tryField(int index, @Nullable Object value, CopyBuffer buffer) {
    Field field = fields[index];
    try {
      if (value != null) {
        field.encoder.encode(value, buffer);
      } else if (field.notNull) {
        throw new RefusedValueException(
            "it is NULL, and the column is NOT NULL", SqlState.NULL_NOT_ALLOWED);
      } else {
        buffer.putInt(-1);
      }
      return null;
    } catch (RefusedValueException e) {
      buffer.dropRow();
      return new Refusal(field.column, field.type, e.reason(), e.sqlState());
    } catch (ClassCastException e) {
      buffer.dropRow();
      return new Refusal(
          field.column,
          field.type,
          "it is, or contains, an object that its Beam type does not allow",
          SqlState.DATA_EXCEPTION);
    }
  }
}
