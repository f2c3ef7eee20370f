package io.resultsink.pipelines.print;

import io.resultsink.postgres.internal.column.PostgresText;
import java.util.HexFormat;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.jspecify.annotations.Nullable;

/** The text of a value of a row. */
final class CellText {

  private CellText() {}

  static @Nullable String of(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
    if (value instanceof java.math.BigDecimal decimal) {
      return decimal.toPlainString();
    }
    return isNested(value) ? JsonText.of(value) : value.toString();
  }

  static boolean isNumeric(FieldType type) {
    return isNumericText(type)
        || type.getTypeName().isNumericType()
        || type.getTypeName() == TypeName.DECIMAL;
  }

  /** Reads a number that PostgreSQL sent as text, or NaN. */
  static boolean isNumericText(FieldType type) {
    return type.getLogicalType() instanceof PostgresText text && text.name().equals("numeric");
  }

  private static boolean isNested(Object value) {
    return value instanceof Iterable
        || value instanceof java.util.Map
        || value instanceof org.apache.beam.sdk.values.Row;
  }
}
