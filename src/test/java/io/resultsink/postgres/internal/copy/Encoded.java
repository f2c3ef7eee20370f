package io.resultsink.postgres.internal.copy;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;

/** What encoders write, as hexadecimal digits. */
final class Encoded {

  private Encoded() {}

  /** The whole field, its length included. */
  static String field(FieldEncoder encoder, Object value) {
    CopyBuffer buffer = new CopyBuffer(0);
    encoder.encode(value, buffer);
    return hex(buffer);
  }

  static String hex(CopyBuffer buffer) {
    return HexFormat.of().formatHex(Arrays.copyOf(buffer.array(), buffer.size()));
  }

  static String refusal(FieldEncoder encoder, Object value) {
    return String.valueOf(
        assertThrows(RefusedValueException.class, () -> field(encoder, value)).getMessage());
  }
}
