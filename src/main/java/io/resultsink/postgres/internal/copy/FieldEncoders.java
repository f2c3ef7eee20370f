package io.resultsink.postgres.internal.copy;

import io.resultsink.postgres.failure.SqlState;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The encoders of scalar types of fixed width, and of bytea. Text, numeric, and dates and times
 * have their own files.
 *
 * <p>The formats are those of each type's receive function, such as int8recv.
 */
public final class FieldEncoders {

  /** A {@link Boolean}. */
  public static final FieldEncoder BOOL =
      (value, buffer) -> {
        buffer.putInt(1);
        buffer.putByte((Boolean) value ? 1 : 0);
      };

  /** A byte array. */
  public static final FieldEncoder BYTEA =
      (value, buffer) -> {
        byte[] bytes = (byte[]) value;
        buffer.putInt(bytes.length);
        buffer.putBytes(bytes);
      };

  /** A {@link java.util.UUID}. */
  public static final FieldEncoder UUID =
      (value, buffer) -> {
        UUID uuid = (UUID) value;
        buffer.putInt(16);
        buffer.putLong(uuid.getMostSignificantBits());
        buffer.putLong(uuid.getLeastSignificantBits());
      };

  private FieldEncoders() {}

  /** Encodes a smallint; refuses values out of range. */
  public static FieldEncoder int2(ToLongFunction<Object> reader) {
    return (value, buffer) -> {
      long number = reader.applyAsLong(value);
      if (number != (short) number) {
        throw new RefusedValueException(
            "it is out of range, -32768 to 32767", SqlState.NUMBER_OUT_OF_RANGE);
      }
      buffer.putInt(2);
      buffer.putShort((short) number);
    };
  }

  /** Encodes an integer; refuses values out of range. */
  public static FieldEncoder int4(ToLongFunction<Object> reader) {
    return (value, buffer) -> {
      long number = reader.applyAsLong(value);
      if (number != (int) number) {
        throw new RefusedValueException(
            "it is out of range, -2147483648 to 2147483647", SqlState.NUMBER_OUT_OF_RANGE);
      }
      buffer.putInt(4);
      buffer.putInt((int) number);
    };
  }

  /** A bigint. */
  public static FieldEncoder int8(ToLongFunction<Object> reader) {
    return (value, buffer) -> {
      long number = reader.applyAsLong(value);
      buffer.putInt(8);
      buffer.putLong(number);
    };
  }

  /** Encodes a real, from a number that the conversion has checked. */
  public static FieldEncoder float4(ToDoubleFunction<Object> reader) {
    return (value, buffer) -> {
      float number = (float) reader.applyAsDouble(value);
      buffer.putInt(4);
      buffer.putInt(Float.floatToIntBits(number));
    };
  }

  /** A double precision. */
  public static FieldEncoder float8(ToDoubleFunction<Object> reader) {
    return (value, buffer) -> {
      double number = reader.applyAsDouble(value);
      buffer.putInt(8);
      buffer.putLong(Double.doubleToLongBits(number));
    };
  }
}
