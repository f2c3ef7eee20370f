package io.resultsink.postgres.internal.column;

import io.resultsink.postgres.internal.copy.ArrayEncoder;
import io.resultsink.postgres.internal.copy.RefusedValueException;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.beam.sdk.annotations.Internal;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.DateTime;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.OneOfType;
import org.apache.beam.sdk.schemas.logicaltypes.Timestamp;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.values.Row;

/**
 * The type table: what each Beam type is, and the column it gets in a table that the sink creates.
 *
 * <p>Which other columns take it is {@link PostgresTypes}.
 */
@Internal
public final class ColumnTypes {

  private ColumnTypes() {}

  /** Returns the table as documentation shows it. */
  public static List<DocumentedType> documented() {
    return DocumentedType.all();
  }

  /**
   * Returns the line of a type.
   *
   * @throws RefusedTypeException with the reason, if there is none
   */
  static FieldMapping of(FieldType type) {
    return switch (type.getTypeName()) {
      case BOOLEAN -> FieldMapping.of(type, ValueKind.BOOLEAN, CreatedType.BOOLEAN);
      case BYTE, INT16 -> FieldMapping.of(type, ValueKind.INTEGER, CreatedType.SMALLINT);
      case INT32 -> FieldMapping.of(type, ValueKind.INTEGER, CreatedType.INTEGER);
      case INT64 -> FieldMapping.of(type, ValueKind.INTEGER, CreatedType.BIGINT);
      case FLOAT -> FieldMapping.of(type, ValueKind.FLOAT, CreatedType.REAL);
      case DOUBLE -> FieldMapping.of(type, ValueKind.DOUBLE, CreatedType.DOUBLE_PRECISION);
      case DECIMAL -> FieldMapping.of(type, ValueKind.DECIMAL, CreatedType.NUMERIC);
      case STRING -> FieldMapping.of(type, ValueKind.TEXT, CreatedType.TEXT);
      case BYTES -> FieldMapping.of(type, ValueKind.BYTES, CreatedType.BYTEA);
      case DATETIME -> FieldMapping.of(type, ValueKind.INSTANT, CreatedType.TIMESTAMPTZ);
      case MAP, ROW -> document(type);
      case ARRAY, ITERABLE -> array(type);
      case LOGICAL_TYPE -> ofLogical(type, type.getLogicalType());
    };
  }

  /**
   * By class and not by identifier, because a type of which Java has only the name has its base
   * type's values; {@link NamedTypes} has those.
   */
  private static FieldMapping ofLogical(FieldType type, LogicalType<?, ?> logical) {
    if (logical instanceof org.apache.beam.sdk.schemas.logicaltypes.Date) {
      return FieldMapping.of(type, ValueKind.DATE, CreatedType.DATE);
    } else if (logical instanceof org.apache.beam.sdk.schemas.logicaltypes.Time) {
      return FieldMapping.of(type, ValueKind.TIME, CreatedType.TIME);
    } else if (logical instanceof DateTime) {
      return FieldMapping.of(type, ValueKind.LOCAL_TIMESTAMP, CreatedType.TIMESTAMP);
    } else if (logical instanceof MicrosInstant
        || logical instanceof NanosInstant
        || logical instanceof Timestamp) {
      return FieldMapping.of(type, ValueKind.INSTANT, CreatedType.TIMESTAMPTZ);
    } else if (logical instanceof NanosDuration) {
      return FieldMapping.of(type, ValueKind.INTERVAL, CreatedType.INTERVAL);
    } else if (logical instanceof UuidLogicalType) {
      return FieldMapping.of(type, ValueKind.UUID, CreatedType.UUID);
    } else if (logical instanceof JsonText) {
      return FieldMapping.of(type, ValueKind.TEXT, CreatedType.JSONB);
    } else if (logical instanceof VariableString string) {
      return FieldMapping.of(type, ValueKind.TEXT, CreatedType.varchar(string.getMaxLength()));
    } else if (logical instanceof FixedString string) {
      return FieldMapping.of(type, ValueKind.TEXT, CreatedType.character(string.getLength()));
    } else if (logical instanceof FixedPrecisionNumeric numeric) {
      return FieldMapping.of(type, ValueKind.DECIMAL, numeric(numeric));
    } else if (logical instanceof EnumerationType enumeration) {
      return FieldMapping.of(type, ValueKind.TEXT, CreatedType.TEXT)
          .reading(value -> label(enumeration, (EnumerationType.Value) value));
    } else if (logical instanceof OneOfType) {
      return document(type);
    } else if (logical instanceof PostgresBinary binary) {
      return binary(type, binary.type());
    } else if (logical instanceof PostgresText text) {
      return FieldMapping.of(type, ValueKind.TEXT, text.type());
    }
    return ofBaseType(type, logical);
  }

  /** Any other logical type is its base type, unless its name says what it is. */
  private static FieldMapping ofBaseType(FieldType type, LogicalType<?, ?> logical) {
    FieldMapping named = NamedTypes.mapping(type, logical);
    if (named != null) {
      return named;
    }
    FieldMapping mapping = of(logical.getBaseType());
    // A JSON document is written from the value as it is, logical types included.
    return mapping.kind() == ValueKind.DOCUMENT
        ? FieldMapping.of(type, ValueKind.DOCUMENT, CreatedType.JSONB)
        : mapping.withOuter(type, value -> baseValue(logical, value));
  }

  /**
   * Returns the base value of a logical type's value; if the type refuses it, so does the column.
   */
  static Object baseValue(LogicalType<?, ?> logical, Object value) {
    return converted(logical, value, LogicalType::toBaseType);
  }

  /** Returns the value of a logical type for a base value, which is refused likewise. */
  static Object inputValue(LogicalType<?, ?> logical, Object base) {
    return converted(logical, base, LogicalType::toInputType);
  }

  private static Object converted(
      LogicalType<?, ?> logical,
      Object value,
      BiFunction<LogicalType<Object, Object>, Object, Object> conversion) {
    @SuppressWarnings("unchecked")
    LogicalType<Object, Object> raw = (LogicalType<Object, Object>) logical;
    try {
      return conversion.apply(raw, value);
    } catch (RuntimeException | AssertionError e) {
      throw new RefusedValueException(
          "its logical type " + logical.getIdentifier() + " does not take it");
    }
  }

  private static FieldMapping binary(FieldType type, PostgresType own) {
    TypeLine line = PostgresTypes.of(own);
    return line == null ? FieldMapping.of(type, ValueKind.OWN, own) : line.mapping(type, own);
  }

  private static FieldMapping document(FieldType type) {
    // Finds types without a JSON form now, and not at the first value.
    JsonDocuments.writer(type);
    return FieldMapping.of(type, ValueKind.DOCUMENT, CreatedType.JSONB);
  }

  private static FieldMapping array(FieldType type) {
    FieldType elementType = type.getCollectionElementType();
    if (elementType == null) {
      throw new RefusedTypeException("an array whose elements have no type");
    }
    FieldMapping array = FieldMapping.array(type, of(elementType));
    if (array.dimensions() > ArrayEncoder.MOST_DIMENSIONS) {
      throw new RefusedTypeException(
          "arrays nested more than " + ArrayEncoder.MOST_DIMENSIONS + " deep");
    }
    return array;
  }

  private static PostgresType numeric(FixedPrecisionNumeric numeric) {
    Row argument = numeric.getArgument();
    Integer precision = argument.getInt32("precision");
    Integer scale = argument.getInt32("scale");
    return precision == null || scale == null
        ? CreatedType.NUMERIC
        : CreatedType.numeric(precision, scale);
  }

  private static String label(EnumerationType enumeration, EnumerationType.Value value) {
    String label = enumeration.getEnumName(value.getValue());
    if (label == null) {
      throw new RefusedValueException("it is a number that its enumeration has no name for");
    }
    return label;
  }
}
