package io.resultsink.pipelines.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/** The common kind of the values of a column that were read so far. */
enum ColumnKind {
  /** Only NULL so far. */
  UNKNOWN(FieldType.STRING, "VARCHAR"),
  BOOLEAN(FieldType.BOOLEAN, "BOOLEAN"),
  INTEGER(FieldType.INT64, "BIGINT"),
  DOUBLE(FieldType.DOUBLE, "DOUBLE"),
  /** Numbers, some of which neither 64 bits nor a double hold with all their digits. */
  DECIMAL(FieldType.DECIMAL, "DECIMAL"),
  TEXT(FieldType.STRING, "VARCHAR");

  // Without leading zeros, because 007 is a code that a number would not keep.
  private static final Pattern INTEGER_TEXT = Pattern.compile("-?(0|[1-9][0-9]*)");
  private static final Pattern NUMBER_TEXT =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?");

  private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

  private final FieldType type;
  private final String sqlName;

  ColumnKind(FieldType type, String sqlName) {
    this.type = type;
    this.sqlName = sqlName;
  }

  FieldType type() {
    return type.withNullable(true);
  }

  /** Returns the type as SQL and messages name it. */
  String sqlName() {
    return sqlName;
  }

  /** Returns the kind of a value's text, if it is not known to be a string. */
  static ColumnKind ofText(String text) {
    if (INTEGER_TEXT.matcher(text).matches()) {
      return ofInteger(new BigInteger(text));
    }
    if (NUMBER_TEXT.matcher(text).matches()) {
      return ofNumber(new BigDecimal(text));
    }
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false") ? BOOLEAN : TEXT;
  }

  /** Returns DOUBLE for a number whose digits are those of its nearest double. */
  static ColumnKind ofNumber(BigDecimal value) {
    double nearest = value.doubleValue();
    return Double.isFinite(nearest)
            && new BigDecimal(Double.toString(nearest)).compareTo(value) == 0
        ? DOUBLE
        : DECIMAL;
  }

  static ColumnKind ofInteger(BigInteger value) {
    return value.compareTo(SMALLEST) >= 0 && value.compareTo(LARGEST) <= 0 ? INTEGER : DECIMAL;
  }

  /** Returns the narrowest kind for the values of both. */
  ColumnKind with(ColumnKind other) {
    if (this == other || other == UNKNOWN) {
      return this;
    }
    if (this == UNKNOWN) {
      return other;
    }
    if (this == TEXT || other == TEXT || this == BOOLEAN || other == BOOLEAN) {
      return TEXT;
    }
    return this == DECIMAL || other == DECIMAL ? DECIMAL : DOUBLE;
  }

  /** Returns the value of {@code text} in a column of this kind; null if it does not fit. */
  @Nullable Object parse(String text) {
    ColumnKind kind = this == TEXT || this == UNKNOWN ? this : ofText(text);
    return switch (this) {
      case UNKNOWN, TEXT -> text;
      case BOOLEAN -> kind == BOOLEAN ? Boolean.valueOf(text) : null;
      case INTEGER -> kind == INTEGER ? Long.valueOf(text) : null;
      case DECIMAL ->
          kind == INTEGER || kind == DOUBLE || kind == DECIMAL ? new BigDecimal(text) : null;
      case DOUBLE -> parseDouble(text, kind);
    };
  }

  private static @Nullable Object parseDouble(String text, ColumnKind kind) {
    return switch (kind) {
      case DOUBLE -> finite(Double.parseDouble(text));
      case INTEGER, DECIMAL -> exact(text);
      default -> null;
    };
  }

  private static @Nullable Object finite(double value) {
    return Double.isInfinite(value) ? null : value;
  }

  /** An integer of more than 53 bits may not be a double, so an id would change. */
  private static @Nullable Object exact(String text) {
    double value = Double.parseDouble(text);
    return !Double.isInfinite(value) && new BigDecimal(value).compareTo(new BigDecimal(text)) == 0
        ? value
        : null;
  }
}
